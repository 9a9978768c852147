import FreshetCore

extension StoredArray {
    /// Writes the numbers as 32-bit floats, whichever kind of float they are stored as.
    ///
    /// The stored bytes may begin anywhere: files of other programs align nothing.
    ///
    /// - Parameters:
    ///   - first: the first number to write.
    ///   - target: room for exactly as many as are wanted.
    /// - Returns: whether they are floats at all.
    public func copyFloats(from first: Int = 0, into target: UnsafeMutableBufferPointer<Float>) -> Bool {
        let size = elementType.size
        precondition(
            first >= 0 && (first + target.count) * size <= byteCount,
            "numbers \(first) ..< \(first + target.count) of \(shape)"
        )
        withBytes { all in
            let bytes = UnsafeRawBufferPointer(rebasing: all[first * size..<(first + target.count) * size])
            switch elementType {
            case .float32: UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
            case .float64: target.fill { Float(bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self)) }
            case .bfloat16:
                target.fill {
                    Float(bitPattern: UInt32(bytes.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self)) << 16)
                }
            case .float16: target.fill { Float(half: bytes.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self)) }
            case .int32, .int64, .int8, .uint8, .bool: break
            }
        }
        return elementType.isFloat
    }

    /// The numbers as 32-bit floats, or `nil` when they are of another kind.
    public func floats() -> [Float]? {
        guard elementType.isFloat else { return nil }
        return [Float](unsafeUninitializedCapacity: byteCount / elementType.size) { buffer, count in
            count = byteCount / elementType.size
            _ = copyFloats(into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        }
    }
}

extension StoredArray.ElementType {
    fileprivate var isFloat: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64: true
        case .int32, .int64, .int8, .uint8, .bool: false
        }
    }
}

extension UnsafeMutableBufferPointer<Float> {
    fileprivate func fill(_ number: (Int) -> Float) {
        for index in indices { self[index] = number(index) }
    }
}

extension Float {
    /// The value of a 16-bit float of IEEE 754, from its bits: `Float16` does not exist on every platform.
    fileprivate init(half bits: UInt16) {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1F
        let fraction = UInt32(bits & 0x3FF)
        switch exponent {
        case 0:
            // Zero and the numbers below the smallest normal one: multiples of 2⁻²⁴.
            let magnitude = Float(fraction) * 0x1p-24
            self = sign == 0 ? magnitude : -magnitude
        case 31: self.init(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: self.init(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}

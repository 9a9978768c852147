/// Builds a blob: little-endian numbers, and texts and lists with their length before them.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ byte: UInt8) { bytes.append(byte) }

    mutating func write(_ number: Int32) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }

    mutating func write(_ number: Int64) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }

    mutating func write(_ number: Float) { write(Int32(bitPattern: number.bitPattern)) }

    mutating func write(_ number: Double) { write(Int64(bitPattern: number.bitPattern)) }

    mutating func write(_ text: String) {
        write(Int32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func write(_ texts: [String]) {
        write(Int32(texts.count))
        for text in texts { write(text) }
    }

    /// Writes whether there is a value, and the value.
    mutating func write<Value>(_ value: Value?, _ each: (inout ByteWriter, Value) -> Void) {
        write(UInt8(value == nil ? 0 : 1))
        if let value { each(&self, value) }
    }
}

/// Reads a blob that ``ByteWriter`` built.
///
/// Beyond its end everything is zero or empty and ``isDamaged`` is set, so that a reader checks once.
struct ByteReader {
    private var rest: UnsafeRawBufferPointer.SubSequence
    /// Whether more was read than there is, or a count was impossible.
    private(set) var isDamaged = false

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { take(1)?.first ?? 0 }

    mutating func int32() -> Int32 {
        take(4).map { Int32(littleEndian: UnsafeRawBufferPointer(rebasing: $0).loadUnaligned(as: Int32.self)) } ?? 0
    }

    mutating func int64() -> Int64 {
        take(8).map { Int64(littleEndian: UnsafeRawBufferPointer(rebasing: $0).loadUnaligned(as: Int64.self)) } ?? 0
    }

    mutating func float() -> Float { Float(bitPattern: UInt32(bitPattern: int32())) }

    mutating func double() -> Double { Double(bitPattern: UInt64(bitPattern: int64())) }

    mutating func text() -> String { take(Int(int32())).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    mutating func texts() -> [String] { list(ofAtLeast: 4) { $0.text() } }

    /// Reads a list's length and its elements, each of a least number of bytes.
    mutating func list<Element>(ofAtLeast size: Int, _ each: (inout ByteReader) -> Element) -> [Element] {
        let count = Int(int32())
        guard count >= 0, count <= rest.count / size else {
            isDamaged = true
            return []
        }
        return (0..<count).map { _ in each(&self) }
    }

    mutating func optional<Value>(_ each: (inout ByteReader) -> Value) -> Value? { byte() == 0 ? nil : each(&self) }

    private mutating func take(_ count: Int) -> UnsafeRawBufferPointer.SubSequence? {
        guard count >= 0, count <= rest.count else {
            isDamaged = true
            rest = rest.suffix(0)
            return nil
        }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}

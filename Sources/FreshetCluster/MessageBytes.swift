import FreshetCore

/// Numbers laid one after another into a message, little-endian.
package struct MessageBytes {
    package private(set) var bytes: [UInt8] = []

    /// An empty message.
    package init() {}

    /// A message of some numbers.
    package init<Number: BitwiseCopyable>(_ numbers: [Number]) { append(numbers) }

    /// Adds one number.
    package mutating func append<Number: BitwiseCopyable>(_ number: Number) {
        withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }

    /// Adds numbers.
    package mutating func append<Number: BitwiseCopyable>(_ numbers: [Number]) {
        numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Adds numbers.
    package mutating func append<Number: BitwiseCopyable>(contentsOf numbers: UnsafeBufferPointer<Number>) {
        bytes.append(contentsOf: UnsafeRawBufferPointer(numbers))
    }
}

/// Reads what ``MessageBytes`` wrote, and takes no length on trust.
package struct MessageReader {
    private let bytes: [UInt8]
    private let rank: Int
    private var place = 0

    /// Begins at the start of a message of a rank.
    package init(_ bytes: [UInt8], from rank: Int) {
        self.bytes = bytes
        self.rank = rank
    }

    /// The next number.
    package mutating func number<Number: BitwiseCopyable>(of type: Number.Type = Number.self) throws -> Number {
        try numbers(1, of: type)[0]
    }

    /// The next numbers.
    package mutating func numbers<Number: BitwiseCopyable>(
        _ count: Int,
        of type: Number.Type = Number.self
    ) throws -> [Number] {
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Number>.stride)
        guard count >= 0, !overflow, size <= bytes.count - place else { throw wrongLength() }
        let range = place..<place + size
        place += size
        return [Number](unsafeUninitializedCapacity: count) { numbers, filled in
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(numbers).copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range]))
            }
            filled = count
        }
    }

    /// Checks that nothing is left.
    package func end() throws {
        guard place == bytes.count else { throw wrongLength() }
    }

    private func wrongLength() -> FreshetError {
        FreshetError(
            .external,
            "Rank \(rank) sent \(bytes.count) bytes where others were expected.",
            remedy: "Start every rank from the same build of Freshet, with the same data and options."
        )
    }
}

/// Builds a blob: little-endian numbers, and texts with their length before them.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ number: Int32) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }

    mutating func write(_ number: Float) { write(Int32(bitPattern: number.bitPattern)) }

    mutating func write(_ text: String) {
        write(Int32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
}

/// Reads a blob that ``ByteWriter`` built; everything is `nil` beyond its end.
struct ByteReader {
    private var rest: UnsafeRawBufferPointer.SubSequence

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func int32() -> Int32? {
        guard rest.count >= 4 else { return nil }
        defer { rest = rest.dropFirst(4) }
        return Int32(littleEndian: UnsafeRawBufferPointer(rebasing: rest).loadUnaligned(as: Int32.self))
    }

    mutating func float() -> Float? { int32().map { Float(bitPattern: UInt32(bitPattern: $0)) } }

    mutating func text() -> String? {
        guard let count = int32(), count >= 0, rest.count >= Int(count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return String(decoding: rest.prefix(Int(count)), as: UTF8.self)
    }
}

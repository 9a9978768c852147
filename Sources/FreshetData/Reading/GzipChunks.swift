/// The unpacked bytes of a gzip stream in memory, piece by piece, so that a caller can stop at a limit.
package struct GzipChunks {
    private let source: DeflateSource
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)

    /// Begins to unpack.
    /// - Throws: ``FreshetError`` when zlib cannot start.
    package init(_ packed: some Collection<UInt8>) throws {
        source = try DeflateSource(CollectionSource(packed), path: "body")
    }

    /// The next bytes, at most 64 KiB; `nil` at the end.
    /// - Throws: ``FreshetError`` of kind `invalidData` for what is no gzip or ends early.
    package mutating func next() throws -> ArraySlice<UInt8>? {
        let count = try chunk.withUnsafeMutableBytes { try source.read(into: $0) }
        return count > 0 ? chunk[..<count] : nil
    }
}

/// Bytes that are in memory already.
private final class CollectionSource<Bytes: Collection<UInt8>>: ByteSource {
    private var rest: Bytes.SubSequence

    init(_ bytes: Bytes) { rest = bytes[...] }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let piece = rest.prefix(buffer.count)
        buffer.copyBytes(from: piece)
        rest = rest.dropFirst(piece.count)
        return piece.count
    }
}

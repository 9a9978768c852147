@testable import FreshetData

/// Bytes in memory, given out a few at a time.
final class MemorySource: ByteSource {
    private var rest: ArraySlice<UInt8>
    private let step: Int

    init(_ bytes: [UInt8], step: Int) {
        rest = bytes[...]
        self.step = step
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let piece = rest.prefix(min(step, buffer.count))
        buffer.copyBytes(from: piece)
        rest = rest.dropFirst(piece.count)
        return piece.count
    }
}

/// A small seeded generator for tests.
struct TestGenerator: RandomNumberGenerator {
    var source: SplitMix64

    init(seed: UInt64) { source = SplitMix64(state: seed) }

    mutating func next() -> UInt64 { source.next() }
}

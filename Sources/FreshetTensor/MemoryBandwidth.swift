import CFreshetKernels

/// How fast this machine reads memory: the bound of everything that reads its weights once, such as a causal model
/// that makes one token after another.
public enum MemoryBandwidth {
    /// The bytes that are read: more than a cache holds.
    private static let bytes = 256 << 20
    private static let rounds = 5

    /// Bytes a second that one thread reads, in one stream or in four side by side; the best of some rounds of both.
    public static func measured() -> Double {
        let words = GrowingBuffer<UInt64>(count: bytes / MemoryLayout<UInt64>.stride)
        freshet_memory_prefer_large_pages(words.start, bytes)
        words.numbers.update(repeating: 1)
        let clock = ContinuousClock()
        var best = 0.0
        for round in 0..<2 * rounds {
            let start = clock.now
            let sum = freshet_sum_words(words.start, words.count, round % 2 == 0 ? 1 : 4)
            let seconds = (clock.now - start) / .seconds(1)
            precondition(sum == UInt64(words.count), "a sum of \(words.count) ones is \(sum)")
            best = max(best, Double(bytes) / seconds)
        }
        return best
    }
}

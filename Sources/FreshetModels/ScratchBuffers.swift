import Synchronization

/// Zeroed scratch memory that scorers borrow, so that scoring allocates only until every thread had its first turn.
final class ScratchBuffers: Sendable {
    private let free = Mutex<[Buffer]>([])

    /// Lends `count` zeros, which the borrower gives back as zeros.
    func withZeros<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
        let kept = free.withLock { $0.popLast() }
        let buffer = kept.flatMap { $0.count >= count ? $0 : nil } ?? Buffer(count: count)
        defer { free.withLock { $0.append(buffer) } }
        return body(buffer.start)
    }
}

/// Memory that frees itself.
///
/// `@unchecked Sendable`: a buffer is in the list of free ones or in the hands of one borrower, never both.
private final class Buffer: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
    let count: Int

    init(count: Int) {
        self.count = count
        start = .allocate(capacity: max(count, 1))
        start.initialize(repeating: 0, count: count)
    }

    deinit { start.deallocate() }
}

/// Zeroed scratch memory that scorers and requests borrow, so that they allocate only until every thread had its first turn.
public final class ScratchBuffers: Sendable {
    private let idle = IdlePool<ScratchBuffer>()

    /// Creates a pool that holds nothing.
    public init() {}

    /// Lends `count` zeros, which the borrower gives back as zeros.
    public func withZeros<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
        let buffer = take(count)
        defer { giveBack(buffer) }
        return body(buffer.start)
    }

    /// Lends `count` zeros for longer than a call.
    package func take(_ count: Int) -> ScratchBuffer {
        if let kept = idle.take(), kept.count >= count { return kept }
        // Catalogues grow; a little room saves the next borrower from allocating again.
        return ScratchBuffer(count: count + count / 8)
    }

    /// Takes memory back, which holds zeros again.
    package func giveBack(_ buffer: ScratchBuffer) { idle.giveBack(buffer) }
}

/// Memory that frees itself.
///
/// `@unchecked Sendable`: a buffer is in the pool or in the hands of one borrower, never both.
package final class ScratchBuffer: @unchecked Sendable {
    package let start: UnsafeMutablePointer<Float>
    package let count: Int

    init(count: Int) {
        self.count = count
        start = .allocate(capacity: max(count, 1))
        start.initialize(repeating: 0, count: count)
    }

    deinit { start.deallocate() }
}

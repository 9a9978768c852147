import Synchronization

/// Memory for one score an item, lent to one request at a time: a request allocates none once every thread had its
/// first turn.
final class ScoreBuffers: Sendable {
    private let idle = Mutex<[ScoreBuffer]>([])

    /// Lends memory for `count` scores, holding anything.
    func take(_ count: Int) -> ScoreBuffer {
        let kept = idle.withLock { $0.popLast() }
        if let kept, kept.capacity >= count { return kept }
        // Catalogues grow; a little room saves the next snapshot's requests from allocating again.
        return ScoreBuffer(capacity: count + count / 8)
    }

    /// Takes memory back.
    func giveBack(_ buffer: ScoreBuffer) { idle.withLock { $0.append(buffer) } }
}

/// Memory that frees itself.
///
/// `@unchecked Sendable`: a buffer is in the list of idle ones or in the hands of one request, never both.
final class ScoreBuffer: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
    let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        start = .allocate(capacity: max(capacity, 1))
    }

    deinit { start.deallocate() }

    func scores(_ count: Int) -> UnsafeMutableBufferPointer<Float> { .init(start: start, count: count) }
}

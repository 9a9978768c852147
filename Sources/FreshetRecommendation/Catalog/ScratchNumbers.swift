import Synchronization

/// Memory for one number a term, lent to one request at a time: none is allocated once every thread had its
/// first turn.
final class ScratchNumbers: Sendable {
    private let idle = Mutex<[NumberBuffer]>([])

    /// Lends memory for `count` numbers, holding anything.
    func take(_ count: Int) -> NumberBuffer {
        let kept = idle.withLock { $0.popLast() }
        if let kept, kept.capacity >= count { return kept }
        // Catalogues grow; a little room saves the next request from allocating again.
        return NumberBuffer(capacity: count + count / 8)
    }

    /// Takes memory back.
    func giveBack(_ buffer: NumberBuffer) { idle.withLock { $0.append(buffer) } }
}

/// Memory that frees itself.
///
/// `@unchecked Sendable`: a buffer is in the list of idle ones or in the hands of one request, never both.
final class NumberBuffer: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
    let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        start = .allocate(capacity: max(capacity, 1))
    }

    deinit { start.deallocate() }
}

import Synchronization

/// The largest number so far, told from one thread and read on another.
final class LockedMaximum: Sendable {
    private let state = Mutex<Double?>(nil)

    /// The largest number, or `nil` before the first.
    var value: Double? { state.withLock { $0 } }

    /// Takes a number in.
    func raise(to number: Double) { state.withLock { $0 = max($0 ?? number, number) } }
}

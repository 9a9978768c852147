import Synchronization

/// Things that wait for the next call, so that calls on many threads allocate nothing once each has had its first turn.
///
/// `@unchecked Sendable`: the list is protected by `lock`; what was taken is in the hands of one borrower until it is given
/// back.
package final class IdlePool<Element>: @unchecked Sendable {
    private let lock = Mutex(())
    private var idle: [Element] = []

    package init() {}

    /// One that waits, if any does.
    package func take() -> Element? { lock.withLock { _ in idle.popLast() } }

    /// Takes one back, or in.
    package func giveBack(_ element: Element) { lock.withLock { _ in idle.append(element) } }

    /// Lends one for the time of a call; it is made where none waits.
    package func with<Result>(_ make: @autoclosure () -> Element, _ body: (Element) throws -> Result) rethrows -> Result
    {
        let element = take() ?? make()
        defer { giveBack(element) }
        return try body(element)
    }
}

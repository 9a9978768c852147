import Synchronization

/// The rules as they are now: whoever changes them replaces the table, whoever answers takes it once.
public final class RuleBook: Sendable {
    private struct State {
        var table: RuleTable
        var revision: UInt64 = 0
    }

    private let state: Mutex<State>

    /// Creates a book of a table; of no rules unless given.
    public init(_ table: RuleTable = RuleTable()) { state = Mutex(State(table: table)) }

    /// The rules now.
    public var current: RuleTable { state.withLock { $0.table } }

    /// How often they were replaced: answers of the same number were made under the same rules.
    public var revision: UInt64 { state.withLock { $0.revision } }

    /// Puts others into their place.
    public func replace(with table: RuleTable) {
        state.withLock { state in
            state.table = table
            state.revision += 1
        }
    }
}

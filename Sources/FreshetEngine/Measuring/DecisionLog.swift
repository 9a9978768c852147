import FreshetCore
import Synchronization

/// The newest decisions in memory, for the status; micro-updates, of which there are many, do not push out the others.
final class DecisionLog: Sendable {
    /// How many newest decisions it starts with.
    static let limit = 80
    private static let microUpdates = 20
    private static let others = 60

    private let decisions: Mutex<[Decision]>

    /// Starts with decisions, newest first.
    init(_ newest: [Decision]) { decisions = Mutex(newest) }

    /// The newest decisions, newest first.
    var newest: [Decision] { decisions.withLock { $0 } }

    /// Takes others in their place, newest first.
    func replace(with newest: [Decision]) { decisions.withLock { $0 = newest } }

    /// Adds a decision.
    func add(_ decision: Decision) {
        decisions.withLock { decisions in
            decisions.insert(decision, at: 0)
            var (updates, others) = (0, 0)
            decisions.removeAll { decision in
                if decision.kind == .microUpdate || decision.kind == .heldBack {
                    updates += 1
                    return updates > Self.microUpdates
                }
                others += 1
                return others > Self.others
            }
        }
    }
}

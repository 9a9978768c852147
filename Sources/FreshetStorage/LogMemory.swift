import FreshetCore
import FreshetData
import Synchronization

/// Where a user's chain of events begins.
struct LogHead: Sendable, Equatable {
    /// The offset of the newest event; 0 for none.
    var offset: Int64 = 0
    /// The newest time of all their events, which is not that of the newest where that came late.
    var latest = Timestamp(milliseconds: .min)
}

/// What is kept in memory of the log: the names' numbers, each user's newest event, the newest offset.
///
/// It changes on the writing thread alone, and only after the commit of what it mirrors; anybody reads it.
final class LogMemory: Sendable {
    typealias Observer = @Sendable ([LoggedEvent]) -> Void

    let vocabulary = Vocabulary()
    private let newest = Atomic<Int64>(0)
    private let count = Atomic<Int>(0)
    /// Each user's newest event.
    private let heads = Mutex<[LogHead]>([])
    private let listener = Mutex(Listener())

    /// In a structure of its own: a function that is read from a generic container by itself is wrapped anew at every
    /// read, and the wrappings stay.
    private struct Listener {
        var observer: Observer?
    }

    var newestOffset: Int64 { newest.load(ordering: .acquiring) }
    var eventCount: Int { count.load(ordering: .relaxed) }

    func setObserver(_ observer: @escaping Observer) { listener.withLock { $0.observer = observer } }

    /// A user's newest event.
    func head(of user: UserIndex) -> LogHead {
        heads.withLock { user.position < $0.count ? $0[user.position] : LogHead() }
    }

    /// Sets what a database that is being opened holds.
    func restore(heads: [LogHead], newestOffset: Int64, eventCount: Int) {
        self.heads.withLock { $0 = heads }
        newest.store(newestOffset, ordering: .releasing)
        count.store(eventCount, ordering: .relaxed)
    }

    /// Makes a committed transaction visible, and tells the observer of its events.
    func publish(_ changes: LogChanges) {
        for id in changes.users.table.identifiers { added(vocabulary.addUser(id).position, changes.users) }
        for id in changes.items.table.identifiers { added(vocabulary.addItem(id).position, changes.items) }
        for type in changes.types {
            let number = vocabulary.addEventType(type)
            precondition(number != nil, "more event types than numbers")
        }
        heads.withLock { heads in
            for (user, head) in changes.heads {
                while heads.count <= Int(user) { heads.append(LogHead()) }
                heads[Int(user)] = head
            }
        }
        for user in changes.retired { vocabulary.retire(user) }
        for join in changes.joined { vocabulary.join(join.id, of: join.former, to: join.user) }
        count.wrappingAdd(changes.events.count - changes.removedEvents, ordering: .relaxed)
        newest.store(changes.newestOffset, ordering: .releasing)
        guard !changes.events.isEmpty else { return }
        let listener = listener.withLock { $0 }
        var events = changes.events
        vocabulary.weigh(&events)
        listener.observer?(events)
    }

    /// Only the store gives numbers: somebody else's would be in memory and not on disk.
    private func added(_ position: Int, _ names: PendingNames) {
        precondition(position >= names.base, "the vocabulary was changed by somebody other than its store")
    }
}

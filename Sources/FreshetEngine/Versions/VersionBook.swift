import FreshetCore
import Synchronization

/// Where every version stands: the newest states in memory, each change kept in the store.
final class VersionBook: Sendable {
    private let records: Mutex<[ModelVersion: VersionRecord]>
    private let queue: RecordQueue

    init(_ records: [VersionRecord], queue: RecordQueue) {
        self.records = Mutex(Dictionary(records.map { ($0.version, $0) }) { first, _ in first })
        self.queue = queue
    }

    /// Takes what the store has in the place of what is known: where another process keeps the book.
    func replace(with all: [VersionRecord]) {
        records.withLock { $0 = Dictionary(all.map { ($0.version, $0) }) { first, _ in first } }
    }

    /// All records, newest first.
    var all: [VersionRecord] { records.withLock { $0.values.sorted { $0.version > $1.version } } }

    /// The highest number that was ever given.
    var highestNumber: Int { records.withLock { $0.keys.map(\.number).max() ?? 0 } }

    /// A version's record; micro-updates share that of their version.
    func record(of version: ModelVersion) -> VersionRecord? {
        records.withLock { $0[ModelVersion(version.number)] }
    }

    /// Whether a version comes from a training that began at a moment or later.
    func isTrained(_ version: ModelVersion, since time: Int64) -> Bool {
        (record(of: version)?.trainingStarted ?? 0) >= time
    }

    /// Adds a version, or replaces what is known of it.
    func put(_ record: VersionRecord) {
        records.withLock { $0[record.version] = record }
        queue.add(.version(record))
    }

    /// Changes a version's record, if there is one.
    func update(_ version: ModelVersion, _ change: (inout VersionRecord) -> Void) {
        let changed = records.withLock { records in
            guard var record = records[ModelVersion(version.number)] else { return nil as VersionRecord? }
            change(&record)
            records[record.version] = record
            return record
        }
        if let changed { queue.add(.version(changed)) }
    }

    /// One version answers; what answered before gets another state.
    func setLive(_ version: ModelVersion, replacing old: ModelVersion, as state: VersionRecord.State) {
        guard version.number != old.number else { return update(version) { $0.state = .live } }
        update(old) { $0.state = state }
        update(version) { $0.state = .live }
    }

    /// Training that never ended and candidates that nobody compares any more, after a restart.
    func discardUnfinished(except candidate: ModelVersion?) {
        let unfinished = all.filter { ($0.state == .training || $0.state == .candidate) && $0.version != candidate }
        for record in unfinished { update(record.version) { $0.state = .discarded } }
    }
}

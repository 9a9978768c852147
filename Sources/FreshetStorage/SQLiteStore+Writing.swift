import Foundation
import FreshetCore
import GRDB

extension SQLiteStore {
    /// Hands a request to the writing thread.
    func enqueue(_ request: GroupCommit.Request) {
        if waiting.add(request) { scheduleTurn() }
    }

    /// Runs a transaction of its own on the writing thread.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Database, inout LogChanges) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            pool.asyncWriteWithoutTransaction { db in
                continuation.resume(with: Swift.Result { try self.transaction(db, body) })
            }
        }
    }

    /// Writes a megabyte, as much as a large delivery, into log and database, and removes it.
    public func checkWriting() async throws {
        try await write { db, _ in
            try RawStatement(
                db,
                "INSERT OR REPLACE INTO setting (name, value) VALUES ('\(Self.checkName)', zeroblob(1048576))"
            ).run()
        }
        try await checkpointer.moveNow()
        try await setSetting(Self.checkName, to: nil)
    }

    private static let checkName = "storage.check"

    /// Reads the last committed state.
    func read<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        do {
            return try await pool.read(body)
        } catch let error as DatabaseError {
            throw FreshetError(error, path: path)
        } catch is CancellationError {
            throw FreshetError(.cancelled, "The question was withdrawn.")
        }
    }

    /// Reads the last committed state, blocking the calling thread.
    func readNow<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try FreshetError.mapping(path: path) { try pool.read(body) }
    }

    private func scheduleTurn() {
        pool.asyncWriteWithoutTransaction { db in
            self.writeGroup(db)
            if self.waiting.endTurn() { self.scheduleTurn() }
        }
    }

    /// Commits what `body` does, or nothing of it, and makes it visible.
    private func transaction<Result>(
        _ db: Database,
        _ body: (Database, inout LogChanges) throws -> Result
    ) throws -> Result {
        try FreshetError.mapping(path: path) {
            var changes = LogChanges(memory)
            var result: Result?
            try db.inTransaction(.immediate) {
                result = try body(db, &changes)
                return .commit
            }
            memory.publish(changes)
            checkpointer.startIfNeeded(pool)
            guard let result else { preconditionFailure("a transaction that was committed has a result") }
            return result
        }
    }

    private func writeGroup(_ db: Database) {
        let requests = waiting.take(limit: configuration.maximumGroup)
        do {
            let answers = try transaction(db) { db, changes in
                let appender = try EventAppender(db)
                return try requests.map { try write($0, appender, db, &changes) }
            }
            for answer in answers { answer() }
        } catch let error as FreshetError {
            for request in requests { request.continuation.resume(throwing: error) }
        } catch let error {
            let error = FreshetError(.external, "The database '\(path)' failed: \(error).")
            for request in requests { request.continuation.resume(throwing: error) }
        }
    }

    /// Writes a request; returns what tells the one who waits, to be called after the commit.
    private func write(
        _ request: GroupCommit.Request,
        _ appender: EventAppender,
        _ db: Database,
        _ changes: inout LogChanges
    ) throws -> () -> Void {
        guard changes.canNumber(request.events) else {
            return { request.continuation.resume(throwing: FreshetError.tooManyTypes) }
        }
        if !request.steps.isEmpty {
            let positions = try SourcePositions(db)
            if let refusal = try positions.refusal(of: request.steps) {
                return { request.continuation.resume(throwing: refusal) }
            }
            for step in request.steps { try positions.put(step.end) }
        }
        let receipt = try appender.append(request.events, received: request.received, to: &changes)
        return { request.continuation.resume(returning: receipt) }
    }
}

extension FreshetError {
    /// The refusal of events with more types than there are numbers.
    package static var tooManyTypes: FreshetError {
        FreshetError(
            .usage,
            "These events have new types, and there are 256 already.",
            remedy: "Use a few types for what users do, and the event's value for how much."
        )
    }
}

/// The time now, in milliseconds since 1970.
package func millisecondsNow() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}

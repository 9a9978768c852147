/// What users looked for.
///
/// Searches are appended with events (``EventLog/append(_:)``), removed by their id and erased with their
/// user as those are.
public protocol SearchLog: Sendable {
    /// The newest searches made at a time or later, up to `limit`, oldest first. Blocks the calling thread.
    func searches(since time: Timestamp, limit: Int) throws -> [LoggedSearch]

    /// The newest searches of a user, up to `limit`, oldest first.
    func searches(of user: UserIndex, limit: Int) async throws -> [LoggedSearch]
}

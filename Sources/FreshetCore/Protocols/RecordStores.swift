/// What was shown.
public protocol ImpressionLog: Sendable {
    /// Keeps impressions in one transaction; returns after its commit.
    func record(_ impressions: [Impression]) async throws
    /// An impression by its `recommendation_id`.
    func impression(_ id: String) async throws -> Impression?
    /// The events that named an impression, oldest first.
    func feedback(on recommendation: String) async throws -> [Event]
}

/// The versions of the model, and what was decided about them.
public protocol VersionStore: Sendable {
    /// All versions, newest first.
    func versions() async throws -> [VersionRecord]
    /// Adds a version, or replaces what is known of it.
    func put(_ version: VersionRecord) async throws
    /// Keeps a decision.
    func record(_ decision: Decision) async throws
    /// The newest decisions, newest first.
    func decisions(limit: Int) async throws -> [Decision]
}

/// Small named values, such as hashed keys, that outlive a restart.
public protocol SettingsStore: Sendable {
    /// The value of a name.
    func setting(_ name: String) async throws -> String?
    /// Sets or, with `nil`, removes a value.
    func setSetting(_ name: String, to value: String?) async throws
    /// All values whose name begins so.
    func settings(prefix: String) async throws -> [String: String]
}

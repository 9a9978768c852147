import FreshetCore

/// A tenant of a server as its operator sees it: how much there is, and not what.
struct TenantReport: Sendable, Encodable {
    /// Whether it is served.
    enum State: String, Sendable, Encodable, CaseIterable {
        /// Its store is being read.
        case opening
        /// It is served.
        case open
        /// It is being stopped.
        case closing
        /// It could not be opened; the log has the cause.
        case failed
    }

    /// Its name.
    let name: String
    /// Whether it is served.
    let state: State
    /// What is in it; `nil` unless it is open.
    var size: Size?
    /// What was set for it apart from others, by key.
    var settings: JSONValue = .object([])

    /// How much a tenant has.
    struct Size: Sendable, Equatable, Encodable {
        /// Events in the log.
        let events: Int
        /// Items that catalogue and events name.
        let items: Int
        /// Users that events name.
        let users: Int
        /// Versions that are kept.
        let versions: Int
        /// Bytes of its folder.
        let bytes: Int
        /// Events that wait to be learned.
        let waiting: Int64
    }

    enum CodingKeys: String, CodingKey {
        case name, state, size, settings
    }
}

/// What was deleted with a tenant: the answer to `DELETE /v1/tenants/{id}`.
struct TenantReceipt: Sendable, Encodable {
    /// The tenant's name.
    let name: String
    /// When its folder was gone, in milliseconds since 1970.
    let time: Int64
    /// What was in it.
    let deleted: TenantReport.Size
}

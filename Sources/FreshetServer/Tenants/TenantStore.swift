import FreshetData

/// The open store of a tenant, and how it is closed.
public struct TenantStore: Sendable {
    /// What is kept of the tenant.
    public let store: any EngineStore
    /// The learner's lease of the store, where it has such and this process learns from it; otherwise 0.
    public let lease: Int64
    /// Writes what waits and lets go of the store.
    public let close: @Sendable () throws -> Void

    /// Creates a store that `close` closes.
    public init(_ store: any EngineStore, lease: Int64 = 0, close: @escaping @Sendable () throws -> Void) {
        self.store = store
        self.lease = lease
        self.close = close
    }
}

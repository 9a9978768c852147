import FreshetData

/// The open store of a tenant, and how it is closed.
public struct TenantStore: Sendable {
    /// What is kept of the tenant.
    public let store: any EngineStore
    /// Writes what waits and lets go of the store.
    public let close: @Sendable () throws -> Void

    /// Creates a store that `close` closes.
    public init(_ store: any EngineStore, close: @escaping @Sendable () throws -> Void) {
        self.store = store
        self.close = close
    }
}

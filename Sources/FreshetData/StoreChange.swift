import FreshetCore

/// Something other than an event that another process changed in a store.
///
/// It says what to read again, not what is there now: by the time it is looked at there may have been further changes.
public enum StoreChange: Sendable, Hashable {
    /// An item was put or removed.
    case item(String)
    /// A user's attributes were put or erased.
    case profile(String)
    /// A small named value was set or removed.
    case setting(String)
    /// A user's searches changed.
    case searches(UserIndex)
    /// One of a user's events was taken back.
    case events(UserIndex)
    /// The versions of the model, or the decisions about them.
    case versions
    /// A name that somebody had is another user's from now on; `former` is the number that it had.
    case joined(id: String, former: UserIndex?, to: UserIndex)
    /// A user was erased, who had these names.
    case erased(UserIndex, names: [String])
    /// More was changed than is known one by one.
    case everything
}

/// A store that several processes may have open at the same time.
public protocol SharedStore: Sendable {
    /// Sets what is called with what other processes changed, in the order in which it was committed.
    ///
    /// Events are told to the observer of the log instead. The names of users are those of before or after the change.
    func setChangeObserver(_ observer: @escaping @Sendable ([StoreChange]) -> Void)
    /// Looks for what other processes committed: when this returns it is visible here.
    /// - Throws: ``FreshetError`` when the store cannot be read.
    func follow() async throws
    /// Sets a value unless there is one; what is there then.
    func setting(_ name: String, orSet value: String) async throws -> String
}

/// What a store does that only one process may have open.
extension SharedStore where Self: SettingsStore {
    /// Nobody else changes anything.
    public func setChangeObserver(_ observer: @escaping @Sendable ([StoreChange]) -> Void) {}
    /// All that is committed is visible.
    public func follow() async throws {}
    /// Sets a value unless there is one; what is there then.
    public func setting(_ name: String, orSet value: String) async throws -> String {
        if let kept = try await setting(name) { return kept }
        try await setSetting(name, to: value)
        return value
    }
}

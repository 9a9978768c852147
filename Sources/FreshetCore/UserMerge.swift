/// What became of joining a user, such as a visitor, to another, such as their account.
public struct UserMerge: Sendable, Equatable {
    /// The external id that both are known by from now on.
    public var name: String
    /// The number of that user.
    public var user: UserIndex
    /// The number that the other one had, which is nobody's now; `nil` when nothing had come of them.
    public var former: UserIndex?
    /// How many events changed hands.
    public var events = 0
    /// How many impressions did.
    public var impressions = 0
    /// Whether anything changed: the two may have been one before.
    public var isNew = false

    /// Creates what became of users who were one before.
    public init(name: String, user: UserIndex) {
        self.name = name
        self.user = user
    }
}

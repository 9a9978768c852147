import FreshetCore

/// A cleaned event log with its catalogue: what every model learns from.
public struct Dataset: Sendable {
    /// The users, external id to ``UserIndex``.
    public var users: IdentifierTable
    /// The items, external id to ``ItemIndex``.
    public var items: IdentifierTable
    /// The names of the event types, which ``Histories/types`` counts in.
    public var eventTypes: [EventType]
    /// What events mean, by which ``Histories/weights`` were made.
    public var meanings: EventMeanings
    /// The events.
    public var histories: Histories
    /// The ids of the sessions, which ``Histories/sessions`` counts in.
    public var sessions = IdentifierTable()
    /// What users looked for, beside their events, in the order of the source.
    public var searches: [Search] = []
    /// What is known of each item, by ``ItemIndex``; empty when nothing is.
    public var itemDetails: [Item]
    /// What is known of each user, by ``UserIndex``; empty when nothing is.
    public var userDetails: [User]

    /// Creates a data set.
    public init(
        users: IdentifierTable,
        items: IdentifierTable,
        eventTypes: [EventType] = [.view],
        meanings: EventMeanings = EventMeanings(),
        histories: Histories,
        itemDetails: [Item] = [],
        userDetails: [User] = []
    ) {
        precondition(histories.userCount == users.count, "\(histories.userCount) histories, \(users.count) users")
        precondition(itemDetails.isEmpty || itemDetails.count == items.count, "item details do not match the items")
        precondition(userDetails.isEmpty || userDetails.count == users.count, "user details do not match the users")
        self.users = users
        self.items = items
        self.eventTypes = eventTypes
        self.meanings = meanings
        self.histories = histories
        self.itemDetails = itemDetails
        self.userDetails = userDetails
    }
}

extension Dataset {
    /// A text that a user looked for.
    public struct Search: Sendable, Equatable {
        /// The user.
        public var user: UserIndex
        /// What they looked for.
        public var text: String
        /// When; `nil` where nobody knows.
        public var time: Timestamp?

        /// Creates a search.
        public init(user: UserIndex, text: String, time: Timestamp?) {
            self.user = user
            self.text = text
            self.time = time
        }
    }
}

/// One held-out event: what the model should have put first for this user.
public struct Holdout: Sendable, Equatable {
    /// The user.
    public let user: UserIndex
    /// The item that the user chose next.
    public let item: ItemIndex

    /// Creates a held-out event.
    public init(user: UserIndex, item: ItemIndex) {
        self.user = user
        self.item = item
    }
}

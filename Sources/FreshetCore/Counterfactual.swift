/// The events of a user's without which an item would not be in the list: what the list was asked about once more.
///
/// Events count by their items: to leave an item out is to leave out all that the user did with it.
public struct Counterfactual: Sendable, Equatable, Codable {
    /// How much is known of the set.
    public enum Status: String, Sendable, Codable, CaseIterable {
        /// No smaller set does it: all were tried.
        case smallest
        /// It does it, but not all smaller sets were tried.
        case found
        /// No set that was tried among the newest events takes the item out.
        case none
        /// The limit of lists that may be computed was reached before a set was found.
        case unsearched
    }

    /// How much is known of the set.
    public var status: Status
    /// The external ids of the items whose events the item needs, that of the newest event first; empty without a set.
    public var items: [String]
    /// The same in words.
    public var text: String

    /// Creates an explanation.
    public init(status: Status, items: [String], text: String) {
        self.status = status
        self.items = items
        self.text = text
    }
}

/// One place of a list that two or more rankers made together.
public struct InterleavedPlace<Item: Hashable & Sendable>: Sendable, Equatable {
    /// What stands there.
    public let item: Item
    /// Which ranker put it there, and gets the credit for it.
    public let team: Int

    /// Creates a place.
    public init(item: Item, team: Int) {
        self.item = item
        self.team = team
    }
}

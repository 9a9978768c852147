import FreshetCore
import FreshetData

/// A filter expression over the items of a data set: which of them may be recommended to whom.
public struct DatasetFilter: Sendable {
    private let filter: ItemFilter
    private let catalog: CatalogSnapshot
    private let itemCount: Int
    private let now: Int64

    /// Reads what the data set knows of its items.
    ///
    /// - Parameters:
    ///   - expression: the condition.
    ///   - dataset: the items.
    ///   - now: what `now` is in the expression, in seconds since 1970.
    public init(_ expression: FilterExpression, over dataset: Dataset, now: Int64) {
        let view = CatalogView(unlisted: .show)
        view.put(dataset.itemDetails.enumerated().map { (ItemIndex($0), $1) })
        filter = ItemFilter(expression)
        catalog = view.current()
        itemCount = dataset.items.count
        self.now = now
    }

    /// Whether it is the same for all users.
    public var isSameForAll: Bool { filter.expression?.userAttributes.isEmpty ?? true }

    /// The items that may not be recommended.
    /// - Parameter user: who asks; somebody without attributes unless given.
    /// - Returns: the items, in the order of their numbers.
    public func refused(by user: User?) -> [ItemIndex] {
        let resolved = ResolvedFilter(filter, catalog, user: user?.attributes ?? [:], now: now)
        var isAdmitted = [Bool](repeating: false, count: itemCount)
        resolved.forEachAdmitted(below: itemCount, catalog) { isAdmitted[$0.position] = true }
        return isAdmitted.indices.filter { !isAdmitted[$0] }.map { ItemIndex($0) }
    }
}

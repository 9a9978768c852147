import FreshetCore
import FreshetData
import FreshetModels

/// A row of items with one idea behind it.
public struct RankedShelf: Sendable, Equatable {
    /// What is behind it.
    public var kind: ShelfKind
    /// The idea in words.
    public var title: String
    /// The user's item that it is about.
    public var item: ItemIndex?
    /// The items, best first.
    public var list: RankedList
}

extension Recommender {
    /// A shelf of fewer items than this, or than are wanted, is none.
    private static let leastItems = 3

    /// Several rows of items for a page, none of which comes twice: what suits the user, what is like what they dealt with
    /// last, their best category, and what is trending.
    ///
    /// - Parameters:
    ///   - count: how many rows at most.
    ///   - query: who asks; its count is that of the items of a row.
    ///   - snapshot: the model.
    ///   - streaming: what is counted from the stream.
    /// - Returns: the rows, in the order in which they are to be shown.
    public func shelves(
        _ count: Int,
        for query: Query,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence
    ) -> [RankedShelf] {
        var query = query
        var shelves: [RankedShelf] = []
        let least = min(Self.leastItems, query.count)
        func add(_ kind: ShelfKind, _ title: String, _ item: ItemIndex? = nil, _ ask: (Query) -> RankedList) {
            guard shelves.count < count else { return }
            let list = ask(query)
            guard list.items.count >= least else { return }
            query.excluded.formUnion(list.items.map(\.item))
            shelves.append(RankedShelf(kind: kind, title: title, item: item, list: list))
        }
        let past = EventGroups(of: query.history).groups.filter { catalog.current().isAvailable($0.item) }
        add(past.isEmpty ? .popular : .forYou, past.isEmpty ? "Popular right now" : "For you") {
            recommend($0, snapshot: snapshot, streaming: streaming)
        }
        func addBecause(_ group: EventGroups.Group) {
            let cause = explainer.cause(of: group, catalog.current())
            add(.because, cause.prefix(1).uppercased() + cause.dropFirst(), group.item) { query in
                var query = query
                query.item = group.item
                return similar(to: group.item, for: query, snapshot: snapshot, streaming: streaming)
            }
        }
        if let newest = past.first { addBecause(newest) }
        add(.trending, "Trending") { query in
            RankedList(version: snapshot.version, items: trending(for: query, streaming: streaming))
        }
        if shelves.count < count, let label = bestCategory(for: query, snapshot, streaming) {
            add(.category, label.name) { query in
                let items = label.items.map { RankedItem(item: $0, score: label.score) }
                return RankedList(version: snapshot.version, items: Array(items.prefix(query.count)))
            }
        }
        for group in past.dropFirst() { addBecause(group) }
        return shelves
    }

    private func bestCategory(
        for query: Query,
        _ snapshot: ModelSnapshot,
        _ streaming: any StreamingEvidence
    ) -> RankedLabel? {
        var asked = query
        asked.count = 1
        return labels(.categories, for: asked, examples: query.count, snapshot: snapshot, streaming: streaming).first
    }
}

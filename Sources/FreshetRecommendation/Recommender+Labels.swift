import Foundation
import FreshetCore
import FreshetModels

/// A category, a tag or an attribute's value that suits a user.
public struct RankedLabel: Sendable, Equatable {
    /// Its text.
    public var name: String
    /// The share of the user's best items that have it, better places counting more; 0 to 1.
    public var score: Float
    /// The best items that have it, best first.
    public var items: [ItemIndex]
}

extension Recommender {
    /// The number of a user's best items whose labels are counted.
    private static let labelledItems = 200

    /// The categories, tags or values of an attribute that suit a user: those of the items that do.
    ///
    /// A label's score is the share that its items have of the discounted gain (`1 / log2(rank + 1)`) of the user's best
    /// items, so that one has to stand for many good items or for the best.
    ///
    /// - Parameters:
    ///   - kind: which labels.
    ///   - query: who asks; its count is that of the labels.
    ///   - examples: how many items each label is given.
    ///   - snapshot: the model.
    ///   - streaming: what is counted from the stream.
    /// - Returns: the labels, best first.
    public func labels(
        _ kind: LabelKind,
        for query: Query,
        examples: Int,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence
    ) -> [RankedLabel] {
        var ranking = query
        ranking.count = max(Self.labelledItems, query.count)
        ranking.explains = false
        let items = recommend(ranking, snapshot: snapshot, streaming: streaming).items
        let catalog = catalog.current()
        var found: [UInt32: RankedLabel] = [:]
        var whole: Float = 0
        for (place, item) in items.enumerated() {
            let gain = 1 / log2(Float(place + 2))
            whole += gain
            for term in catalog.labels(of: item.item, kind) {
                var label = found[term] ?? RankedLabel(name: "", score: 0, items: [])
                label.score += gain
                if label.items.count < examples { label.items.append(item.item) }
                found[term] = label
            }
        }
        let best = found.sorted { ($1.value.score, $0.key) < ($0.value.score, $1.key) }.prefix(query.count)
        return best.map { term, label in
            var label = label
            label.name = catalog.text(of: term, kind)
            label.score /= whole
            return label
        }
    }
}

extension CatalogSnapshot {
    /// The labels of a kind that an item has, each once.
    fileprivate func labels(of item: ItemIndex, _ kind: LabelKind) -> Set<UInt32> {
        guard let details = details(of: item) else { return [] }
        switch kind {
        case .categories: return Set(details.categories)
        case .tags: return Set(details.tags)
        case .attribute(let name): return Set(details.attributes.filter { terms.term($0).isValue(of: name) })
        }
    }

    fileprivate func text(of term: UInt32, _ kind: LabelKind) -> String {
        guard case .attribute(let name) = kind else { return terms.term(term).text }
        return terms.term(term).value(of: name)
    }
}

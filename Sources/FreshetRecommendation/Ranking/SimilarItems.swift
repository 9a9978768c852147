import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetModels

/// Finds the items that most resemble one, without looking closely at every item of the catalogue.
struct SimilarItems {
    /// How many times the wanted items are looked at closely, and how many more.
    private static let spare = (factor: 4, constant: 200)

    let item: ItemIndex
    let count: Int
    let filter: ResolvedFilter
    let catalog: CatalogSnapshot

    private func admits(_ other: ItemIndex) -> Bool { other != item && filter.admits(other, catalog) }

    /// The items whose vectors, or whatever the model compares, are most alike; none when it does not know the item.
    ///
    /// Of a large catalogue the bytes are looked through, and what is found there is compared exactly.
    func byModel(_ snapshot: ModelSnapshot) -> [ScoredItem] {
        guard let scorer = snapshot.scorer, item.position < scorer.itemCount else { return [] }
        let retrieval = snapshot.retrieval
        let V = scorer.itemCount
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: retrieval?.capacity ?? V) { scores in
            if let retrieval, let start = scores.baseAddress {
                retrieval.compare(with: item, into: start)
            } else {
                scorer.similarities(to: item, into: scores)
            }
            var best = nearest(UnsafeMutableBufferPointer(rebasing: scores[..<V]))
            if let retrieval {
                best = best.map { ScoredItem(item: $0.item, score: retrieval.exactCosine(item, $0.item)) }
                    .sorted { ($1.score, $0.item) < ($0.score, $1.item) }
            }
            return Array(best.lazy.filter { $0.score > 0 }.prefix(count))
        }
    }

    /// The items of the highest scores that may be shown, best first: a few more than wanted.
    private func nearest(_ scores: UnsafeMutableBufferPointer<Float>) -> [ScoredItem] {
        let wanted = min(scores.count, Self.spare.factor * count + Self.spare.constant)
        let best: [ScoredItem] = withUnsafeTemporaryAllocation(of: Int32.self, capacity: wanted) { items in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: wanted) { values in
                guard let start = items.baseAddress, let value = values.baseAddress, let score = scores.baseAddress
                else { return [] }
                let found = freshet_top_k(start, value, score, scores.count, wanted)
                return (0..<found).map { ScoredItem(item: ItemIndex(rawValue: items[$0]), score: values[$0]) }
            }
        }
        let shown = best.filter { admits($0.item) }
        guard shown.count < count, best.count < scores.count else { return shown }
        // A selective filter: what it lets through lies below everybody's best.
        var admitted = BestItems(limit: wanted)
        filter.forEachAdmitted(below: scores.count, catalog) { other in
            if other != item { admitted.add(ScoredItem(item: other, score: scores[other.position])) }
        }
        return admitted.sorted()
    }

    /// What the model finds, and among it items without an event that are near in content, of which the model knows nothing:
    /// the nearest of all by content counts as much as the model's best.
    func adding(_ vectors: ItemVectors, to found: [ScoredItem], _ streaming: any StreamingEvidence) -> [ScoredItem] {
        let near = vectors.neighbours(of: item)
        guard let best = found.first?.score, let nearest = near.first?.score else { return found }
        let unseen = streaming.withModels { models in near.filter { models.lifetime(of: $0.item) == nil } }
        let new = unseen.filter { admits($0.item) }.map { ScoredItem(item: $0.item, score: best * $0.score / nearest) }
        guard !new.isEmpty else { return found }
        let names = Set(new.map(\.item))
        let all = found.filter { !names.contains($0.item) } + new
        return Array(all.sorted { ($1.score, $0.item) < ($0.score, $1.item) }.prefix(count))
    }

    /// The items that go together with the item, as far as counting knows, and those whose content is like its own.
    ///
    /// A score is the share of the closest companion's plus the likeness by content, each 0 to 1.
    func byCompanyAndContent(
        _ streaming: any StreamingEvidence,
        at time: Int64,
        _ scratch: ScratchBuffers,
        _ vectors: ItemVectors?
    ) -> [ScoredItem] {
        func likeness(to other: ItemIndex, _ profile: ContentProfile) -> Float {
            max(profile.likeness(to: other), vectors?.likeness(item, other) ?? 0)
        }
        let companions = streaming.withModels { $0.coVisitation.companions(of: item, at: time) }
        let closest = companions.reduce(0) { max($0, $1.score) }
        let profile = ContentProfile(of: History(items: [item]), catalog, scratch: scratch)
        var best = BestItems(limit: count)
        var seen: Set<ItemIndex> = []
        for companion in companions where closest > 0 && admits(companion.item) {
            seen.insert(companion.item)
            let score = companion.score / closest + likeness(to: companion.item, profile)
            best.add(ScoredItem(item: companion.item, score: score))
        }
        func add(_ other: ItemIndex) {
            guard seen.insert(other).inserted else { return }
            let likeness = likeness(to: other, profile)
            if likeness > 0 { best.add(ScoredItem(item: other, score: likeness)) }
        }
        for other in profile.neighbours() where admits(other) { add(other) }
        for other in vectors?.neighbours(of: item) ?? [] where admits(other.item) { add(other.item) }
        if best.count < count, !filter.isOpen, !profile.isEmpty {
            filter.forEachAdmitted(below: catalog.itemCount, catalog) { if $0 != item { add($0) } }
        }
        return best.sorted()
    }
}

import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetModels

extension Recommender {
    /// What an item that matches in everything would have from each: its words, its vector, and the user's liking.
    private static let weights: (words: Float, likeness: Float, user: Float) = (1, 1, 0.5)
    /// The number of nearest vectors that are looked at.
    private static let nearest = 200
    /// An item that shares no word with the search counts as found from this cosine on.
    private static let threshold: Float = 0.25

    /// Items that a text looks for: by its words, by its sense, and among those by what the user is after.
    ///
    /// A score is the share of the search's words that the item has, rare ones counting more, plus the cosine of both
    /// vectors, plus half the item's place between the user's least and most wanted of what was found, each 0 to 1.
    ///
    /// - Parameters:
    ///   - search: the text and who asks.
    ///   - snapshot: the model.
    ///   - streaming: what is counted from the stream.
    /// - Returns: at most `search.query.count` items, best first; none when nothing has to do with the text.
    public func search(
        _ search: SearchQuery,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence
    ) -> RankedList {
        let catalog = catalog.current()
        let words = SearchWords(search.text, catalog)
        var found: [ItemIndex: Float] = [:]
        for item in words.holders() { found[item] = Self.weights.words * words.share(of: item) }
        if let vectors = vectors(of: snapshot), search.vector.belongs(to: vectors) {
            for near in vectors.nearest(Self.nearest, to: search.vector.numbers)
            where near.score >= Self.threshold || found[near.item] != nil {
                found[near.item, default: 0] += Self.weights.likeness * near.score
            }
        }
        var query = search.query
        query.candidates = found.keys.sorted()
        query.count = found.count
        query.includeSeen = true
        guard !found.isEmpty else { return RankedList(version: snapshot.version, items: []) }
        let wanted = recommend(query, snapshot: snapshot, streaming: streaming)
        let (best, worst) = (wanted.items.first?.score ?? 0, wanted.items.last?.score ?? 0)
        let items = wanted.items.map { item in
            var item = item
            let place = best > worst ? (item.score - worst) / (best - worst) : 0
            item.score = (found[item.item] ?? 0) + Self.weights.user * place
            return item
        }
        let ordered = items.sorted { ($1.score, $0.item) < ($0.score, $1.item) }
        return RankedList(
            version: wanted.version,
            items: Array(ordered.prefix(search.query.count)),
            rules: wanted.rules
        )
    }
}

/// The words of a search as terms of the catalogue.
private struct SearchWords {
    /// The number of newest items that are looked at of what very many items have.
    private static let limit = 2048

    private let catalog: CatalogSnapshot
    private let terms: [(term: UInt32, weight: Float)]
    private let total: Float

    init(_ text: String, _ catalog: CatalogSnapshot) {
        self.catalog = catalog
        let distinct = Set(WordTokenizer().tokens(in: text))
        let known = distinct.compactMap { catalog.terms.number(of: Term(kind: .word, text: $0)) }
        terms = known.map { ($0, catalog.weights[$0]) }.sorted { ($1.weight, $0.term) < ($0.weight, $1.term) }
        // A word that no item has counts as a rare one: what has the others has only a part of what is looked for.
        let rarest = terms.first?.weight ?? 1
        total = terms.reduce(0) { $0 + $1.weight } + Float(distinct.count - known.count) * rarest
    }

    /// The items that have one of the words, those with the rarest first.
    func holders() -> [ItemIndex] { catalog.terms.holders(of: terms.map(\.term), limit: Self.limit) }

    /// The share of the words that an item has, by weight.
    func share(of item: ItemIndex) -> Float {
        guard total > 0, let details = catalog.details(of: item) else { return 0 }
        return terms.reduce(0) { $0 + (details.words.contains($1.term) ? $1.weight : 0) } / total
    }
}

import FreshetCore
import FreshetData
import FreshetModels

/// What the items that a user likes are about: the sum of their content rows, newer events counting more.
///
/// An item's row has three blocks (the words of title and text by TF-IDF, categories and tags, attributes that are
/// words), each of length 1 times its weight, so that a long text does not drown a genre; the row itself has length 1.
/// The sum lies in one number a term, so a comparison costs a look-up for each term of the item.
final class ContentProfile {
    /// The number of newest events that count, each this much of the next newer one.
    private static let events = 20
    private static let decay: Float = 0.9
    private static let blockWeights: (words: Float, labels: Float, attributes: Float) = (1, 1, 0.5)
    /// The number of items sharing something that are compared at least, if there are as many.
    private static let neighbours = 2048

    private let catalog: CatalogSnapshot
    private let scratch: ScratchBuffers
    private let sum: ScratchBuffer
    /// How many terms there were.
    private let count: Int
    private var touched: [UInt32] = []
    private var length: Float = 0

    /// Adds up the rows of the items that a history likes.
    init(of history: History, _ catalog: CatalogSnapshot, scratch: ScratchBuffers) {
        self.catalog = catalog
        self.scratch = scratch
        let terms = catalog.terms.count
        count = terms
        sum = scratch.take(terms)
        var weight: Float = 1
        for item in history.likings.items.suffix(Self.events).reversed() {
            Self.forEachTerm(of: item, catalog) { term, value in
                // A term that came after the count was taken is nothing that two items can share yet.
                guard Int(term) < terms else { return }
                if sum.start[Int(term)] == 0 { touched.append(term) }
                sum.start[Int(term)] += weight * value
            }
            weight *= Self.decay
        }
        length = touched.reduce(0) { $0 + sum.start[Int($1)] * sum.start[Int($1)] }.squareRoot()
    }

    deinit {
        for term in touched { sum.start[Int(term)] = 0 }
        scratch.giveBack(sum)
    }

    /// Whether nothing is known of any of the items.
    var isEmpty: Bool { touched.isEmpty }

    /// The items that share something with the profile, by what weighs most in it: those that may be like it.
    ///
    /// Of what very many items have, the newest are taken; so the work does not grow with the catalogue.
    func neighbours() -> [ItemIndex] {
        let terms = touched.sorted { (sum.start[Int($1)], $0) < (sum.start[Int($0)], $1) }
        return catalog.terms.holders(of: terms, limit: Self.neighbours)
    }

    /// The cosine between the profile and an item's row: 0, nothing in common, to 1.
    func likeness(to item: ItemIndex) -> Float {
        guard length > 0 else { return 0 }
        var product: Float = 0
        Self.forEachTerm(of: item, catalog) { term, value in
            if Int(term) < count { product += sum.start[Int(term)] * value }
        }
        return min(product / length, 1)
    }

    /// Calls `body` with every term of an item's row and its value; the squares of the values sum to 1.
    private static func forEachTerm(
        of item: ItemIndex,
        _ catalog: CatalogSnapshot,
        _ body: (UInt32, Float) -> Void
    ) {
        guard let details = catalog.details(of: item), details.hasContent else { return }
        let weights = catalog.weights
        let labels = details.labels[..<details.attributeStart]
        let wordSquares = zip(details.words, details.wordCounts).reduce(Float(0)) { sum, word in
            let value = Float(word.1) * weights[word.0]
            return sum + value * value
        }
        let labelSquares = labels.reduce(Float(0)) { $0 + weights[$1] * weights[$1] }
        let attributeSquares = details.attributes.reduce(Float(0)) { $0 + weights[$1] * weights[$1] }
        var whole: Float = 0
        if wordSquares > 0 { whole += blockWeights.words * blockWeights.words }
        if labelSquares > 0 { whole += blockWeights.labels * blockWeights.labels }
        if attributeSquares > 0 { whole += blockWeights.attributes * blockWeights.attributes }
        let words = blockWeights.words / (whole * wordSquares).squareRoot()
        for (term, count) in zip(details.words, details.wordCounts) { body(term, words * Float(count) * weights[term]) }
        let label = blockWeights.labels / (whole * labelSquares).squareRoot()
        for term in labels { body(term, label * weights[term]) }
        let attribute = blockWeights.attributes / (whole * attributeSquares).squareRoot()
        for term in details.attributes { body(term, attribute * weights[term]) }
    }
}

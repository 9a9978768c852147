import FreshetCore
import FreshetTensor

/// The candidates of one request with their features and fused scores: scratch that is filled by a ``CandidateRanker``.
///
/// Keeps its memory, so requests allocate nothing once it has grown. Belongs to one thread at a time; services keep a
/// pool of them.
public final class CandidateSet {
    /// What its features are.
    public private(set) var table = FeatureTable.counts
    /// The situation, by which the fusion weights are chosen.
    public internal(set) var segment = CandidateSegment.noHistory

    let items = ScratchList<Int32>()
    /// The terms, shape `[candidates, blocks]`.
    let rows = ScratchList<SIMD8<Float>>()
    let sources = ScratchList<UInt64>()
    let scores = ScratchList<Float>()
    let followers = SparseScores()
    /// What follows items that are like the newest one.
    let similarFollowers = SparseScores()
    /// What the user's dislikes say of other items.
    let dislikedCompany = SparseScores()
    /// What each candidate loses of its fused score for being disliked; empty where nobody dislikes anything.
    let penalties = ScratchList<Float>()
    /// The transformer's scores for the requests that were scored together, shape `[requests, V]`.
    let batchLogits = ScratchList<Float>()
    /// Which of its rows each request has; `nil` for one about which the transformer has nothing to say.
    var batchRows: [Int?] = []
    /// How many items a row of them has.
    var batchItemCount = 0
    /// The row of the request whose candidates these are.
    var row = 0
    /// How many items the transformer has scored for the request; 0 when it has nothing to say.
    var transformerCount = 0
    /// Where the scores come from when they are rough; the transformer's best items hold exact ones.
    var retrieval: QuantizedItems?
    /// The user's vector, where there is a retrieval.
    let userVector = ScratchList<Float>()
    /// The transformer's best items and their scores.
    let topItems = ScratchList<Int32>()
    let topScores = ScratchList<Float>()
    let order = ScratchList<Int32>()
    let orderScores = ScratchList<Float>()

    /// Who asks when, as features.
    let situation = ScratchList<SituationFactors.Feature>()
    /// What the items are, where that is known.
    var traits: (any ItemTraits)?
    private let itemFeatures = ScratchList<SituationFactors.Feature>()
    /// Where each candidate's features end; empty until a ranker asks.
    private let itemFeatureEnds = ScratchList<Int>()

    /// An item's place among the candidates, or −1.
    private let places = ScratchList<Int32>()

    /// Creates an empty set.
    public init() {}

    /// How many candidates there are.
    public var count: Int { items.count }

    /// The item of a candidate.
    public func item(at index: Int) -> ItemIndex { ItemIndex(rawValue: items[index]) }
    /// The fused score of a candidate, once ranked.
    public func score(at index: Int) -> Float { scores[index] }
    /// Gives a candidate its score, as a ``Ranker`` does for all of them.
    public func setScore(_ score: Float, at index: Int) {
        if scores.count < count {
            scores.reserve(count)
            scores.assume(count: count)
        }
        scores[index] = score
    }
    /// What a candidate loses of its score for being disliked, on the scale of a logarithm; 0 where nobody dislikes it.
    public func penalty(at index: Int) -> Float { index < penalties.count ? penalties[index] : 0 }
    /// Where a candidate comes from.
    public func sources(at index: Int) -> CandidateSources { CandidateSources(rawValue: sources[index]) }
    /// One number of a candidate's feature vector.
    public func feature(_ feature: CandidateFeature, at index: Int) -> Float {
        value(of: feature.rawValue, at: index)
    }
    /// One term of a candidate, by its place in the ``table``.
    @inline(__always)
    public func value(of term: Int, at index: Int) -> Float { values[index * table.stride + term] }

    /// The transformer's scores for the request, shape `[V]`, when `transformerCount` is above 0.
    var logits: UnsafeMutablePointer<Float> { batchLogits.start + row * batchItemCount }

    /// How many bytes the scratch takes.
    var memorySize: Int {
        let numbers = [items, topItems, order, places].reduce(0) { $0 + $1.memorySize }
        let scores = [scores, batchLogits, userVector, topScores, orderScores].reduce(0) { $0 + $1.memorySize }
        let dislikes = dislikedCompany.memorySize + penalties.memorySize
        let features = situation.memorySize + itemFeatures.memorySize + itemFeatureEnds.memorySize
        return numbers + scores + rows.memorySize + sources.memorySize + followers.memorySize
            + similarFollowers.memorySize + dislikes + features
    }

    /// ``rows`` as single numbers, shape `[candidates, stride]`.
    var values: UnsafeMutablePointer<Float> {
        UnsafeMutableRawPointer(rows.start).assumingMemoryBound(to: Float.self)
    }

    /// Whether the transformer has something to say about this history.
    public var hasTransformer: Bool { transformerCount > 0 }

    /// The transformer's score of any item, roughly for a large catalogue; `nil` when it has none.
    public func transformerScore(of item: ItemIndex) -> Float? {
        item.position < transformerCount ? logits[item.position] : nil
    }

    /// The place of an item among the candidates, or `nil`.
    public func index(of item: ItemIndex) -> Int? {
        guard item.position < places.count, places[item.position] >= 0 else { return nil }
        return Int(places[item.position])
    }

    /// The rank of an item by fused score, from 1, ties by the lower ``ItemIndex``; `nil` when it is not a candidate.
    public func rank(of item: ItemIndex) -> Int? {
        guard let index = index(of: item) else { return nil }
        let score = scores[index]
        var rank = 1
        for other in 0..<count
        where scores[other] > score || (scores[other] == score && items[other] < item.rawValue) { rank += 1 }
        return rank
    }

    /// Forgets what a transformer said.
    func clearTransformer() {
        (row, transformerCount) = (0, 0)
        topItems.removeAll()
        topScores.removeAll()
        retrieval = nil
    }

    /// Makes the transformer's scores of all candidates exact.
    func scoreExactly() {
        guard let retrieval else { return }
        retrieval.scorer.withItemVectors { vectors in
            for item in items where item < transformerCount {
                logits[Int(item)] = retrieval.exactScore(Int(item), userVector.start, vectors)
            }
        }
    }

    /// Empties the set and reserves room for the items of a catalogue, with features of a table.
    func reset(itemCount: Int, table: FeatureTable) {
        self.table = table
        for item in items { places[Int(item)] = -1 }
        items.removeAll()
        rows.removeAll()
        sources.removeAll()
        scores.removeAll()
        penalties.removeAll()
        itemFeatures.removeAll()
        itemFeatureEnds.removeAll()
        makeRoom(itemCount)
    }

    private func makeRoom(_ itemCount: Int) {
        guard itemCount > places.count else { return }
        places.reserve(itemCount)
        while places.count < itemCount { places.append(-1) }
    }

    /// Finds the features of all candidates, once for all who rank them.
    func describe() {
        guard itemFeatureEnds.count < count else { return }
        traits.withTraits { traits in
            for place in itemFeatureEnds.count..<count {
                SituationFactors.append(item(at: place), traits: traits(item(at: place)), to: itemFeatures)
                itemFeatureEnds.append(itemFeatures.count)
            }
        }
    }

    /// The features of a candidate, once described.
    @inline(__always)
    func itemFeatures(at index: Int) -> UnsafeBufferPointer<SituationFactors.Feature> {
        let first = index == 0 ? 0 : itemFeatureEnds[index - 1]
        return UnsafeBufferPointer(start: itemFeatures.start + first, count: itemFeatureEnds[index] - first)
    }

    /// Draws candidates by scores that are probabilities, again and again the same one if need be.
    ///
    /// - Parameters:
    ///   - count: how many are drawn.
    ///   - random: what decides; one number an answer, so that the draws are spread evenly over the probabilities.
    ///   - body: called with the place of each that was drawn and how often it was.
    func drawByScore(
        _ count: Int,
        using random: inout RandomSource,
        _ body: (_ place: Int, _ times: Int) -> Void
    ) {
        var (mass, drawn) = (Float(0), 0)
        let first = random.uniform()
        for place in 0..<self.count where drawn < count {
            mass += scores[place] * Float(count)
            var times = 0
            while drawn < count, mass > Float(drawn) + first { (times, drawn) = (times + 1, drawn + 1) }
            if times > 0 { body(place, times) }
        }
    }

    /// Adds a candidate, or a source to it.
    public func propose(_ item: ItemIndex, from source: CandidateSources) {
        makeRoom(item.position + 1)
        add(item.rawValue, from: source)
    }

    /// Sets one term of a candidate, by its place in the ``table``.
    @inline(__always)
    public func write(_ term: Int, at index: Int, to value: Float) { values[index * table.stride + term] = value }

    /// Adds a source to a candidate, which is made if need be; its place.
    @inline(__always)
    @discardableResult
    func add(_ item: Int32, from source: CandidateSources) -> Int {
        let place = Int(places[Int(item)])
        if place >= 0 {
            sources[place] |= source.rawValue
            return place
        }
        places[Int(item)] = Int32(items.count)
        items.append(item)
        sources.append(source.rawValue)
        for _ in 0..<table.blocks { rows.append(.zero) }
        return items.count - 1
    }

    /// The place of an item among the candidates, or −1.
    @inline(__always)
    func place(of item: Int32) -> Int { Int(places[Int(item)]) }

    @inline(__always)
    func set(_ feature: CandidateFeature, at place: Int, to value: Float) {
        write(feature.rawValue, at: place, to: value)
    }
}

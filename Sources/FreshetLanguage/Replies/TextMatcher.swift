import FreshetCore
import FreshetTensor

/// Says how alike texts are to those of a collection.
///
/// A role with several actors: shared words (``WordMatcher``), vectors of any encoder (``VectorMatcher``), and the weighted mean of
/// several (``MeanMatcher``).
public protocol TextMatcher: Sendable {
    /// How many texts the collection has, `N`.
    var count: Int { get }

    /// How alike each text is to each of the collection, at most 1, shape `[texts.count, N]`.
    func likeness(of texts: [String], on pool: ThreadPool) -> [Float]
}

/// The cosine of the texts' words, weighed by TF-IDF.
public struct WordMatcher: TextMatcher {
    /// Weighs the words.
    let vectorizer: TextVectorizer
    /// For each word the texts that have it, with their weights.
    private let textsOfWords: FeatureRows
    /// How many texts there are.
    public let count: Int

    /// Learns the words of a collection.
    public init(of texts: [String]) { self.init(of: texts, by: TextVectorizer(learning: texts)) }

    /// The words of a collection under a vocabulary that was learned before.
    init(of texts: [String], by vectorizer: TextVectorizer) {
        self.vectorizer = vectorizer
        count = texts.count
        textsOfWords = vectorizer.rows(for: texts).transposed()
    }

    /// The cosines; a text without a known word is like none.
    public func likeness(of texts: [String], on pool: ThreadPool) -> [Float] {
        let rows = vectorizer.rows(for: texts)
        var result = [Float](repeating: 0, count: texts.count * count)
        for row in 0..<rows.rowCount {
            for entry in rows.offsets[row]..<rows.offsets[row + 1] {
                let word = Int(rows.columns[entry])
                for place in textsOfWords.offsets[word]..<textsOfWords.offsets[word + 1] {
                    result[row * count + Int(textsOfWords.columns[place])] +=
                        rows.values[entry] * textsOfWords.values[place]
                }
            }
        }
        return result
    }
}

/// The cosine of the texts' vectors.
public struct VectorMatcher: TextMatcher {
    /// What makes the vectors.
    let encoder: any ItemEncoder
    /// Those of the collection, shape `[N, C]`, of length 1 or zeros.
    let vectors: [Float]
    /// How many texts there are.
    public var count: Int { vectors.count / encoder.width }

    /// Reads a collection.
    public init(of texts: [String], by encoder: any ItemEncoder, on pool: ThreadPool) {
        self.init(vectors: encoder.vectors(of: texts, ofLength: 1, on: pool), by: encoder)
    }

    /// A collection that was read before.
    init(vectors: [Float], by encoder: any ItemEncoder) {
        self.encoder = encoder
        self.vectors = vectors
    }

    /// The cosines; a text of which nothing is read is like none.
    public func likeness(of texts: [String], on pool: ThreadPool) -> [Float] {
        let (C, N) = (encoder.width, count)
        let asked = encoder.vectors(of: texts, ofLength: 1, on: pool)
        var result = [Float](repeating: 0, count: texts.count * N)
        guard !result.isEmpty else { return result }
        vectors.withUnsafeBufferPointer { mine in
            asked.withUnsafeBufferPointer { asked in
                result.withUnsafeMutableBufferPointer { result in
                    guard let mine = mine.baseAddress, let asked = asked.baseAddress,
                        let target = result.baseAddress
                    else { return }
                    multiply(
                        MatrixView(asked, texts.count, C),
                        MatrixView(mine, N, C).transposed,
                        into: MutableMatrixView(target, texts.count, N)
                    )
                }
            }
        }
        return result
    }
}

/// The weighted mean of what several say: words find names and numbers, vectors find what is meant.
public struct MeanMatcher: TextMatcher {
    /// Those that are asked, of one collection.
    let parts: [any TextMatcher]
    /// What each of them counts; they add up to 1.
    let weights: [Float]
    /// How many texts there are.
    public var count: Int { parts[0].count }

    /// Asks several, which count alike unless weights are given.
    public init(_ parts: [any TextMatcher], weights: [Float]? = nil) {
        precondition(Set(parts.map(\.count)).count == 1, "matchers of \(parts.map(\.count)) texts")
        self.parts = parts
        self.weights = weights ?? parts.map { _ in 1 / Float(parts.count) }
        precondition(self.weights.count == parts.count, "\(self.weights.count) weights of \(parts.count) matchers")
    }

    /// The means.
    public func likeness(of texts: [String], on pool: ThreadPool) -> [Float] {
        let all = parts.map { $0.likeness(of: texts, on: pool) }
        return all[0].indices.map { place in zip(all, weights).reduce(0) { $0 + $1.0[place] * $1.1 } }
    }

    /// The same matchers with the weights, in eighths, by which texts find what they should best.
    ///
    /// - Parameters:
    ///   - wanted: for each text the group of what it should find.
    ///   - texts: texts to find something with.
    ///   - groups: the group of each text of the collection.
    ///   - pool: the threads.
    /// - Returns: the weights of the highest mean reciprocal rank; those nearest to alike of several.
    func weighed(byFinding wanted: [Int], with texts: [String], groups: [Int], on pool: ThreadPool) -> MeanMatcher {
        let unevenness = { (weights: [Float]) in weights.reduce(0) { $0 + $1 * $1 } }
        let candidates = Self.weights(of: parts.count, eighths: 8).sorted { unevenness($0) < unevenness($1) }
        var ranks = [Double](repeating: 0, count: candidates.count)
        for text in texts.indices {
            let all = parts.map { $0.likeness(of: [texts[text]], on: pool) }
            for (candidate, weights) in candidates.enumerated() {
                ranks[candidate] += Self.reciprocalRank(of: wanted[text], groups, weights, all)
            }
        }
        guard let best = ranks.indices.max(by: { (ranks[$0], $1) < (ranks[$1], $0) }) else { return self }
        return MeanMatcher(parts, weights: candidates[best])
    }

    /// All ways to part eighths between several.
    private static func weights(of count: Int, eighths: Int) -> [[Float]] {
        guard count > 1 else { return [[Float(eighths) / 8]] }
        return (0...eighths).flatMap { first in
            weights(of: count - 1, eighths: eighths - first).map { [Float(first) / 8] + $0 }
        }
    }

    /// One over the rank of the first text of a group; 0 where none of it is alike at all.
    private static func reciprocalRank(
        of group: Int,
        _ groups: [Int],
        _ weights: [Float],
        _ likeness: [[Float]]
    ) -> Double {
        func mean(_ place: Int) -> Float {
            var sum: Float = 0
            for part in weights.indices { sum += weights[part] * likeness[part][place] }
            return sum
        }
        var best: Float = 0
        for place in groups.indices where groups[place] == group { best = max(best, mean(place)) }
        guard best > 0 else { return 0 }
        var rank = 1
        for place in groups.indices where groups[place] != group && mean(place) > best { rank += 1 }
        return 1 / Double(rank)
    }
}

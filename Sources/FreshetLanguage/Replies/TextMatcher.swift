import FreshetCore
import FreshetTensor

/// Says how alike texts are to those of a collection.
///
/// A role with several actors: shared words (``WordMatcher``), vectors of any encoder (``VectorMatcher``), and the mean of
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

/// The mean of what several say: words find names and numbers, vectors find what is meant.
public struct MeanMatcher: TextMatcher {
    /// Those that are asked, of one collection.
    let parts: [any TextMatcher]
    /// How many texts there are.
    public var count: Int { parts[0].count }

    /// Asks several.
    public init(_ parts: [any TextMatcher]) {
        precondition(Set(parts.map(\.count)).count == 1, "matchers of \(parts.map(\.count)) texts")
        self.parts = parts
    }

    /// The means.
    public func likeness(of texts: [String], on pool: ThreadPool) -> [Float] {
        let all = parts.map { $0.likeness(of: texts, on: pool) }
        return all[0].indices.map { place in all.reduce(0) { $0 + $1[place] } / Float(all.count) }
    }
}

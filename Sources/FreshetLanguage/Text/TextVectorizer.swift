import Foundation
import FreshetCore

/// Turns texts into rows of word weights: bag of words or TF-IDF, over a vocabulary learned from a collection.
///
/// With TF-IDF, a word `w` that occurs `f` times in a text weighs `f · (ln((1 + n) / (1 + d(w))) + 1)`, where `n` is the
/// number of texts that it was learned from and `d(w)` how many of them hold the word (Salton and Buckley, 1988, in the
/// smoothed form that scikit-learn made common), and every row has length 1.
public struct TextVectorizer: Sendable, Equatable {
    /// How a word in a text is weighed.
    public enum Weighting: String, Sendable, Codable, CaseIterable {
        /// How often it occurs (bag of words).
        case counts
        /// The same, times how rare it is in the collection; rows have length 1.
        case tfidf
    }

    /// The settings of a vectorizer.
    public struct Configuration: Sendable, Equatable, Codable {
        /// How a word in a text is weighed.
        public var weighting = Weighting.tfidf
        /// How many words the vocabulary has at most; those of the most texts stay.
        public var maximumWords = 50_000
        /// A word in fewer texts is left out.
        public var minimumTexts = 1
        /// A word in a larger share of the texts is left out, since it tells nothing.
        public var maximumShare = 1.0
        /// How text is cut into words.
        public var tokenizer = WordTokenizer()

        /// Creates the defaults.
        public init() {}
    }

    /// The settings.
    public let configuration: Configuration
    /// The words by column, those of the most texts first, ties in the order of their scalars.
    public let vocabulary: [String]
    /// What a word's count is multiplied with, by column.
    public let weights: [Float]
    private let columns: [String: Int]

    /// Learns the vocabulary and its weights from texts.
    public init(learning texts: [String], configuration: Configuration = Configuration()) {
        var textCounts: [String: Int] = [:]
        for text in texts {
            for word in Set(configuration.tokenizer.tokens(in: text)) { textCounts[word, default: 0] += 1 }
        }
        let limit = configuration.maximumShare * Double(texts.count)
        let words =
            textCounts
            .filter { $0.value >= configuration.minimumTexts && Double($0.value) <= limit }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .prefix(configuration.maximumWords)
        let weights = words.map { word in
            switch configuration.weighting {
            case .counts: Float(1)
            case .tfidf: Float(log(Double(1 + texts.count) / Double(1 + word.value)) + 1)
            }
        }
        self.init(configuration: configuration, vocabulary: words.map(\.key), weights: weights)
    }

    private init(configuration: Configuration, vocabulary: [String], weights: [Float]) {
        self.configuration = configuration
        self.vocabulary = vocabulary
        self.weights = weights
        columns = Dictionary(zip(vocabulary, 0...), uniquingKeysWith: { first, _ in first })
    }

    /// The weights of the words of each text, shape `[texts, vocabulary]`; words outside the vocabulary do not count.
    public func rows(for texts: [String]) -> FeatureRows {
        var rows = FeatureRows(columnCount: vocabulary.count)
        for text in texts {
            rows.append(configuration.tokenizer.tokens(in: text).compactMap { word in columns[word] }.map { ($0, 1) })
        }
        for entry in rows.values.indices { rows.values[entry] *= weights[Int(rows.columns[entry])] }
        if configuration.weighting == .tfidf { rows.normalizeRows() }
        return rows
    }
}

extension TextVectorizer: Codable {
    private enum CodingKeys: String, CodingKey {
        case configuration, vocabulary, weights
    }

    /// Reads a stored vectorizer.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let vocabulary = try container.decode([String].self, forKey: .vocabulary)
        let weights = try container.decode([Float].self, forKey: .weights)
        guard weights.count == vocabulary.count else {
            throw DecodingError.dataCorruptedError(
                forKey: .weights,
                in: container,
                debugDescription: "\(weights.count) weights for \(vocabulary.count) words"
            )
        }
        let configuration = try container.decode(Configuration.self, forKey: .configuration)
        self.init(configuration: configuration, vocabulary: vocabulary, weights: weights)
    }
}

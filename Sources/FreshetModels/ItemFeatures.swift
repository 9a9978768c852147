import FreshetCore
import FreshetData
import FreshetLanguage

/// What is known of the items of a catalogue, as rows of length 1 whose products are cosine similarities.
///
/// Four blocks stand side by side: the words of title and text (TF-IDF), categories and tags, attributes that are words,
/// and attributes that are numbers. Each is brought to length 1 and weighed, so that a long text does not drown a genre.
public struct ItemFeatures: Sendable {
    /// How much each block counts; 0 leaves it out.
    public struct Weights: Sendable, Equatable, Codable {
        /// The words of title and text.
        public var text: Float = 1
        /// Categories and tags.
        public var categories: Float = 1
        /// Attributes that are words.
        public var attributes: Float = 0.5
        /// Attributes that are numbers.
        public var numbers: Float = 0.25

        /// Creates the defaults.
        public init() {}
    }

    /// The features, shape `[V, F]`; an item of which nothing is known has an empty row.
    public let rows: FeatureRows
    /// How the words are weighed.
    public let vectorizer: TextVectorizer

    /// Builds the features of every item of a data set.
    public init(of dataset: Dataset, weights: Weights = Weights()) {
        let items =
            dataset.itemDetails.isEmpty ? dataset.items.identifiers.map { Item(id: $0) } : dataset.itemDetails
        var configuration = TextVectorizer.Configuration()
        configuration.maximumShare = items.count < 20 ? 1 : 0.5
        let texts = items.map { [$0.title, $0.text].compactMap(\.self).joined(separator: "\n") }
        vectorizer = TextVectorizer(learning: texts, configuration: configuration)

        let labels = items.map { $0.categories + $0.tags }
        let attributes = items.map(\.attributes)
        let encoder = AttributeEncoder(learning: attributes, minimumCount: 2)
        let blocks: [(FeatureRows, Float)] = [
            (vectorizer.rows(for: texts), weights.text),
            (CategoryEncoder(learning: labels, minimumCount: 2).rows(for: labels), weights.categories),
            (encoder.categoryRows(for: attributes), weights.attributes),
            (encoder.numericRows(for: attributes), weights.numbers),
        ]
        var rows = FeatureRows.joined(
            blocks.filter { $0.1 > 0 }.map { block, weight in
                var block = block
                block.normalizeRows()
                for entry in block.values.indices { block.values[entry] *= weight }
                return block
            }
        )
        rows.normalizeRows()
        self.rows = rows
    }
}

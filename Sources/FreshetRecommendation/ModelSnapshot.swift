import FreshetCore
import FreshetModels

/// Everything that must agree while a request is answered: taken once, passed down, and gone with its last request.
public final class ModelSnapshot: Sendable {
    /// Its name.
    public let version: ModelVersion
    /// The trained model; `nil` for version 0, which answers by what streams alone.
    public let scorer: (any Scorer)?
    /// The newest event that its weights have learned.
    public let offset: Int64
    /// What puts the candidates into one order.
    public let ranker: any Ranker
    /// What the items' texts are read by; `nil` for what the recommender has of itself.
    public let reading: ContentReading?
    /// The items in bytes, where the catalogue is so large that looking through them first pays.
    public let retrieval: QuantizedItems?

    /// Creates a snapshot; for a large catalogue the items are rounded to bytes, which reads all their vectors.
    ///
    /// - Parameters:
    ///   - version: its name.
    ///   - scorer: the trained model.
    ///   - offset: the newest event that its weights have learned.
    ///   - ranker: what puts the candidates into one order.
    ///   - reading: what the items' texts are read by; `nil` for what the recommender has of itself.
    ///   - retrievalThreshold: how many items make a large catalogue.
    public init(
        version: ModelVersion,
        scorer: (any Scorer)?,
        offset: Int64,
        ranker: any Ranker = FusionWeights(),
        reading: ContentReading? = nil,
        retrievalThreshold: Int = QuantizedItems.threshold
    ) {
        self.version = version
        self.scorer = scorer
        self.offset = offset
        self.ranker = ranker
        self.reading = reading
        if let vectors = scorer as? any VectorScorer, vectors.itemCount >= retrievalThreshold {
            retrieval = QuantizedItems(vectors)
        } else {
            retrieval = nil
        }
    }
}

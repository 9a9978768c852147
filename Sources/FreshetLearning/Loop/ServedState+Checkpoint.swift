import FreshetCore
import FreshetModels
import FreshetNN

extension ServedState {
    private static let (version, offset) = ("freshet.version", "freshet.offset")
    /// What a ranker's arrays are under: there was one kind of it.
    private static let order = "fusion"
    private static let reading = "freshet.reading"
    private static let (model, configuration) = ("freshet.model", "freshet.configuration")

    /// The state as named arrays, with all that is needed to make it again.
    public func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint()
        checkpoint.add(RankerDescription.checkpoint(of: ranker), as: Self.order)
        checkpoint.metadata[Self.version] = "\(version)"
        checkpoint.metadata[Self.offset] = "\(offset)"
        checkpoint.metadata[Self.reading] = reading?.id
        guard let trained else { return checkpoint }
        checkpoint.add(trained.scorer.checkpoint(), as: "scorer")
        checkpoint.metadata[Self.model] = trained.model
        checkpoint.metadata[Self.configuration] = trained.configurationJSON
        return checkpoint
    }

    /// The state that ``checkpoint()`` described; its reading has its name alone, and no vectors.
    /// - Throws: `FreshetError` of kind `invalidData` when something is missing or does not fit.
    public init(from checkpoint: Checkpoint) throws {
        guard let version = checkpoint.metadata[Self.version].flatMap({ ModelVersion($0) }),
            let offset = checkpoint.metadata[Self.offset].flatMap({ Int64($0) }),
            let ranker = checkpoint.portion(Self.order)
        else { throw FreshetError(.invalidData, "The checkpoint does not say which version it holds.") }
        self.init(version: version, ranker: try RankerDescription.restoreRanker(from: ranker), offset: offset)
        reading = checkpoint.metadata[Self.reading].map { ContentReading(id: $0) }
        guard let model = checkpoint.metadata[Self.model] else { return }
        guard let configuration = checkpoint.metadata[Self.configuration], let scorer = checkpoint.portion("scorer")
        else {
            throw FreshetError(.invalidData, "The checkpoint of version \(version) has no model.")
        }
        trained = TrainedModel(
            model: model,
            configurationJSON: configuration,
            scorer: try ModelRegistry.model(named: model).restoreScorer(from: scorer, configurationJSON: configuration)
        )
    }
}

import FreshetCore
import FreshetNN

/// A trained model as a part of a hybrid.
public struct TrainedPart: Sendable {
    /// Its name in the registry.
    public let model: String
    /// Its settings.
    public let configurationJSON: String
    /// The model.
    public let scorer: any Scorer

    /// Creates a part.
    public init(model: String, configurationJSON: String, scorer: any Scorer) {
        self.model = model
        self.configurationJSON = configurationJSON
        self.scorer = scorer
    }

    /// Reads the part that ``save(to:prefix:)`` wrote.
    init(_ model: String, from checkpoint: Checkpoint, prefix: String) throws {
        guard let text = checkpoint.metadata[prefix + "configuration"] else {
            throw FreshetError(.invalidData, "The checkpoint has no settings for the part \(model).")
        }
        var own = Checkpoint()
        for (name, array) in checkpoint.arrays where name.hasPrefix(prefix) {
            own.arrays[String(name.dropFirst(prefix.count))] = array
        }
        for (name, value) in checkpoint.metadata where name.hasPrefix(prefix) {
            own.metadata[String(name.dropFirst(prefix.count))] = value
        }
        self.model = model
        configurationJSON = text
        scorer = try ModelRegistry.model(named: model).restoreScorer(from: own, configurationJSON: text)
    }

    /// Adds the part's arrays to a checkpoint, every name under a prefix.
    func save(to checkpoint: inout Checkpoint, prefix: String) {
        let own = scorer.checkpoint()
        for (name, array) in own.arrays { checkpoint.arrays[prefix + name] = array }
        for (name, value) in own.metadata { checkpoint.metadata[prefix + name] = value }
        checkpoint.metadata[prefix + "configuration"] = configurationJSON
    }
}

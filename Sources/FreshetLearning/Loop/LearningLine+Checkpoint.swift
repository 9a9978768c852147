import FreshetCore
import FreshetModels
import FreshetNN

extension LearningLine {
    /// What is kept of a line beside arrays.
    struct Saved: Codable, Sendable {
        var model: String?
        var configurationJSON: String?
        var unpublished: Int
        var reading: String?
    }

    /// Puts the line's arrays into a checkpoint, under a name; the rest is what it returns.
    func save(under name: String, in checkpoint: inout Checkpoint) -> Saved {
        checkpoint.add(RankerDescription.checkpoint(of: ranking), under: "\(name).fusion")
        // The scorer says the shape; where there is a learner, its weights follow.
        if let trained { checkpoint.add(trained.scorer.checkpoint(), under: "\(name).model") }
        if let learner { checkpoint.add(learner.checkpoint(), under: "\(name).learner") }
        return Saved(
            model: trained?.model,
            configurationJSON: trained?.configurationJSON,
            unpublished: unpublished,
            reading: reading?.id
        )
    }
}

extension Lines {
    /// A line of a checkpoint.
    /// - Throws: `FreshetError` of kind `invalidData` when it does not fit.
    mutating func line(
        _ saved: LearningLine.Saved,
        under name: String,
        in checkpoint: Checkpoint
    ) throws -> LearningLine {
        let trained = try TrainedModel(saved.model, saved.configurationJSON, under: name, in: checkpoint)
        let reading = saved.reading.map { ContentReading(id: $0) }
        var line = try line(from: ServedState(trained: trained, reading: reading))
        try line.restore(
            ranking: RankerRegistry.ranker(named: settings.rankerName)
                .makeLearner(restoring: checkpoint.part("\(name).fusion"), settings: settings.fusion),
            learner: checkpoint.part("\(name).learner"),
            unpublished: saved.unpublished
        )
        return line
    }
}

extension TrainedModel {
    /// A model of a checkpoint; `nil` where it names none.
    /// - Throws: `FreshetError` of kind `invalidData` when it does not fit.
    init?(_ model: String?, _ configurationJSON: String?, under name: String, in checkpoint: Checkpoint) throws {
        guard let model, let configurationJSON else { return nil }
        let scorer = try ModelRegistry.model(named: model)
            .restoreScorer(from: checkpoint.part("\(name).model"), configurationJSON: configurationJSON)
        self.init(model: model, configurationJSON: configurationJSON, scorer: scorer)
    }
}

extension Checkpoint {
    /// Takes another one in, its names under a prefix.
    mutating func add(_ other: Checkpoint, under prefix: String) {
        for (name, array) in other.arrays { arrays["\(prefix).\(name)"] = array }
        for (name, text) in other.metadata { metadata["\(prefix).\(name)"] = text }
    }

    /// What was taken in under a prefix.
    func part(_ prefix: String) -> Checkpoint {
        var part = Checkpoint()
        let start = "\(prefix)."
        for (name, array) in arrays where name.hasPrefix(start) {
            part.arrays[String(name.dropFirst(start.count))] = array
        }
        for (name, text) in metadata where name.hasPrefix(start) {
            part.metadata[String(name.dropFirst(start.count))] = text
        }
        return part
    }
}

import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels

/// A model of a comparison: its name, as `name` or `name:preset`.
struct ModelChoice: Equatable {
    let model: ModelDescription
    let preset: String?

    /// What it is called in tables.
    var title: String { preset.map { "\(model.name):\($0)" } ?? model.name }

    /// Whether it combines other models.
    var isHybrid: Bool { model.name == Hybrid.name }

    /// The folder of its snapshot.
    var folderName: String { preset.map { "\(model.name)-\($0)" } ?? model.name }

    /// Reads `name` or `name:preset`.
    /// - Throws: ``FreshetError`` of kind `usage` that lists the known models or presets.
    init(_ text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        model = try ModelRegistry.model(named: parts.first ?? "")
        preset = parts.count > 1 ? parts[1] : nil
        if let preset, !model.presets.contains(preset) {
            throw FreshetError.unknown("preset of \(model.name)", preset, known: model.presets)
        }
    }

    static func == (left: ModelChoice, right: ModelChoice) -> Bool { left.title == right.title }
}

/// A model that was trained and judged.
struct ComparedModel {
    let choice: ModelChoice
    let scorer: any Scorer
    let manifest: SnapshotManifest
    let result: EvaluationResult

    /// Whether a hybrid may gain from it: popularity knows nothing of the user.
    var isPartOfHybrids: Bool { choice.model.name != Popularity.name && !choice.isHybrid }

    /// The model as a part of a hybrid.
    var part: TrainedPart {
        TrainedPart(
            model: choice.model.name,
            configurationJSON: manifest.configurationJSON,
            scorer: scorer
        )
    }
}

/// What the models of a comparison share: the data, how they are parted, and what is measured.
///
/// Each user's last event judges, the one before it validates, and everything before that is learned from. When a
/// model is judged its context holds the validation event too.
struct ComparisonProtocol {
    let dataset: Dataset
    /// What is said of the items, where anything is.
    let content: ItemContent?
    let split: NestedSplit
    let catalogue: CatalogueStatistics
    let options: EvaluationOptions
    let excludesSeen: Bool

    init(dataset: Dataset, content: ItemContent? = nil, options: EvaluationOptions, excludesSeen: Bool) throws {
        self.dataset = dataset
        self.content = content
        split = dataset.leavingLastTwoOut()
        catalogue = CatalogueStatistics(of: split.test.training)
        self.options = options
        self.excludesSeen = excludesSeen
        guard !split.test.holdouts.isEmpty else {
            throw FreshetError(
                .invalidData,
                "No user has two events, so nothing can be held out.",
                remedy: "Give data in which users come back."
            )
        }
    }

    /// What models learn from.
    var training: TrainingData {
        TrainingData(dataset: split.validation.training, validation: split.validation.holdouts, content: content)
    }

    /// What a snapshot looks back on: all but the events that judge.
    var history: Dataset { split.test.training }

    /// Judges a trained model.
    func judge(_ scorer: any Scorer, as title: String, _ run: TrainingRun) throws -> EvaluationResult {
        run.console.note("\(title): ranking \(Words.count(split.test.holdouts.count)) held-out events")
        var result = try ScorerEvaluation.evaluate(
            scorer: scorer,
            histories: split.test.context.histories,
            holdouts: split.test.holdouts,
            excludingSeen: excludesSeen,
            catalogue: catalogue,
            options: options,
            pool: run.pool
        )
        result.model = title
        return result
    }
}

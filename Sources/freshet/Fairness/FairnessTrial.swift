import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetFairness
import FreshetModels
import FreshetTensor

/// A model that is trained once, and its lists as they are and corrected.
struct FairnessTrial {
    /// Some users, and the model's best for each.
    private struct Ranked {
        let subjects: FairnessSubjects
        let candidates: [[ScoredItem]]
    }

    /// Intervals of sums over all lists are costly where the catalogue is large.
    private static let resamples = 300

    private let validation: Ranked
    private let test: Ranked
    private let title: String
    private let count: Int
    private let options: EvaluationOptions
    private let pool: ThreadPool

    /// Trains a model.
    /// - Throws: ``FreshetError`` where the model does not suit the data, or when stopped.
    init(
        model: FoldModel,
        dataset: Dataset,
        userGroups: [String: [String?]],
        itemGroups: [String: [[String]]],
        count: Int,
        candidates: Int,
        seed: UInt64,
        pool: ThreadPool,
        console: Console
    ) throws {
        let split = dataset.leavingLastTwoOut()
        guard !split.test.holdouts.isEmpty, !split.validation.holdouts.isEmpty else {
            throw FreshetError(
                .invalidData,
                "No user has three events, so there is nothing to learn, validate and judge by.",
                remedy: "Give data in which users come back."
            )
        }
        let training = split.validation.training
        let data = TrainingData(dataset: training, validation: split.validation.holdouts)
        let run = TrainingRun(
            description: model.description,
            title: model.title,
            data: data,
            seed: seed,
            pool: pool,
            console: console
        )
        let scorer = try run.train(
            model.description.makeLearner(preset: model.preset, overrides: model.overrides, data: data)
        ).scorer
        var popularity = [Double](repeating: 0, count: dataset.items.count)
        for (row, item) in training.histories.items.enumerated() where training.histories.liking(at: row) > 0 {
            popularity[item.position] += 1
        }
        let categories = AuditedGroups(dataset).categories
        func rank(_ holdouts: [Holdout], _ histories: Histories) -> Ranked {
            let contexts = holdouts.map { ScoringContext(user: $0.user, history: histories[$0.user]) }
            let subjects = FairnessSubjects(
                targets: holdouts.map(\.item),
                histories: contexts.map { context in
                    context.history.items.indices.filter { context.history.weight(at: $0) > 0 }
                        .map { context.history.items[$0] }
                },
                userGroups: userGroups.mapValues { groups in holdouts.map { groups[$0.user.position] } },
                categories: categories,
                itemGroups: itemGroups,
                popularity: popularity
            )
            let best = BatchRecommender(scorer: scorer, pool: pool)
                .recommend(contexts: contexts, count: candidates, excludingSeen: true)
            return Ranked(subjects: subjects, candidates: best)
        }
        validation = rank(split.validation.holdouts, split.validation.context.histories)
        test = rank(split.test.holdouts, split.test.context.histories)
        (title, self.count, self.pool) = (model.title, count, pool)
        options = EvaluationOptions(cutoffs: [count], resamples: Self.resamples, seed: seed)
    }

    /// Measures the lists without and with each correction.
    /// - Throws: ``FreshetError`` of kind `usage` for a group that is not there.
    func report(_ corrections: [FairnessCorrection]) throws -> FairnessReport {
        let rows = try ([.none] + corrections).map { correction in
            // Only what a choice is made by is measured on the events that validate.
            var before = validation.subjects
            (before.userGroups, before.itemGroups) = ([:], [:])
            return FairnessReport.Row(
                correction: correction.name,
                isCalibration: correction.isCalibration,
                validation: try evaluate(correction, validation.candidates, before),
                test: try evaluate(correction, test.candidates, test.subjects)
            )
        }
        return FairnessReport(model: title, length: count, rows: rows)
    }

    private func evaluate(
        _ correction: FairnessCorrection,
        _ candidates: [[ScoredItem]],
        _ subjects: FairnessSubjects
    ) throws -> FairnessEvaluation {
        let lists = try correction.lists(from: candidates, for: subjects, count: count)
        return try FairnessEvaluation(of: lists, for: subjects, options: options, pool: pool)
    }
}

extension FairnessCorrection {
    fileprivate var isCalibration: Bool {
        if case .calibration = self { true } else { false }
    }
}

import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels
import FreshetTensor

/// One fold: what is learned from, and what is asked then.
struct FoldTest {
    let training: Dataset
    /// The users who are asked for, with what they did before.
    let contexts: [ScoringContext]
    /// What each of them likes that was held out.
    let relevant: [[ItemIndex]]
    /// The held-out values, where there are any.
    let ratings: [Rating]

    /// All folds of a data set, each made when its turn comes.
    /// - Throws: ``FreshetError`` of kind `usage` when there are too few users or events.
    static func all(
        of dataset: Dataset,
        by parts: CrossValidate.Parts,
        _ count: Int,
        seed: UInt64
    ) throws -> AnyRandomAccessCollection<FoldTest> {
        switch parts {
        case .users: AnyRandomAccessCollection(try dataset.userFolds(count, seed: seed).map(FoldTest.init(users:)))
        case .events: AnyRandomAccessCollection(try dataset.eventFolds(count, seed: seed).map(FoldTest.init(events:)))
        }
    }

    private init(users split: Split) {
        training = split.training
        // A model knows the number of each of these users and has learned nothing of them.
        contexts = split.holdouts.map { ScoringContext(user: nil, history: split.context.histories[$0.user]) }
        relevant = split.holdouts.map { [$0.item] }
        ratings = []
    }

    private init(events fold: EventFold) {
        training = fold.training
        var contexts: [ScoringContext] = []
        var relevant: [[ItemIndex]] = []
        var ratings: [Rating] = []
        for user in (0..<fold.held.users.count).map(UserIndex.init(_:)) {
            let held = fold.held.histories[user]
            for (item, value) in zip(held.items, held.values) where value.isFinite {
                ratings.append(Rating(user: user, item: item, value: value))
            }
            let liked = held.likings.items
            guard !liked.isEmpty else { continue }
            contexts.append(ScoringContext(user: user, history: fold.training.histories[user]))
            relevant.append(Array(liked))
        }
        (self.contexts, self.relevant, self.ratings) = (contexts, relevant, ratings)
    }
}

/// How the folds are judged.
struct FoldRun {
    let ratings: Bool
    let likedFrom: Float
    let excludesSeen: Bool
    let options: EvaluationOptions
    /// What is said of the items, for models that read.
    var content: ItemContent?
    /// What the progress is called; the model's name unless given.
    var title: String?
    let seed: UInt64
    let pool: ThreadPool
    let console: Console

    /// Trains a model on every fold and judges it there.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - tests: the folds.
    ///   - budget: what of a fold's training part is taken, and with which further settings; all of it unless given.
    /// - Returns: what each fold showed.
    /// - Throws: ``FreshetError`` when the model does not suit the data, or when stopped.
    func judge(
        _ model: FoldModel,
        on tests: some Collection<FoldTest>,
        _ budget: (TrainingData) -> TrialBudget.Part = { ([:], $0) }
    ) throws -> [EvaluationResult] {
        try tests.enumerated().map { place, test in
            // Each fold's own users say when to end, by their last event but the held-out ones.
            let split = test.training.leavingLastOut()
            let (limits, data) = budget(
                ratings
                    ? TrainingData(dataset: test.training)
                    : TrainingData(dataset: split.training, validation: split.holdouts, content: content)
            )
            let run = TrainingRun(
                description: model.description,
                title: "\(title ?? model.title), fold \(place + 1)",
                data: data,
                seed: seed,
                pool: pool,
                console: console
            )
            let learner = try model.description.makeLearner(
                preset: model.preset,
                overrides: model.overrides.merging(limits) { $1 },
                data: data
            )
            var result = try judge(run.train(learner).scorer, model, on: test)
            result.model = model.title
            return result
        }
    }

    private func judge(_ scorer: any Scorer, _ model: FoldModel, on test: FoldTest) throws -> EvaluationResult {
        guard ratings else {
            return try ScorerEvaluation.evaluate(
                scorer: scorer,
                contexts: test.contexts,
                relevant: test.relevant,
                excludingSeen: excludesSeen,
                options: options,
                pool: pool
            )
        }
        guard let predictor = scorer as? any RatingPredictor else {
            throw FreshetError.predictsNoRatings(model.description.name)
        }
        return try RatingEvaluation.evaluate(
            predictor: predictor,
            ratings: test.ratings,
            threshold: likedFrom,
            options: options,
            pool: pool
        )
    }
}

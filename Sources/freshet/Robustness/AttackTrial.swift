import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels
import FreshetTensor

/// What one seed showed: a model without fake users, with those of each kind, and each through the guard.
struct AttackTrial {
    /// What a training gave the real users.
    struct Outcome {
        /// Which attack; `nil` for none.
        let kind: AttackKind?
        let isGuarded: Bool
        let lists: [[ItemIndex]]
        let accuracy: EvaluationResult
        /// How many events of fake and of real users the guard left out.
        let leftOut: (fake: Int, real: Int)
    }

    /// The length of the lists.
    static let length = 10

    let targets: [ItemIndex]
    let names: [String]
    let events: [Int]
    let fakeUsers: Int
    let arrival: Attack.Arrival
    let pool: ThreadPool
    /// Without attack and guard first.
    private(set) var outcomes: [Outcome] = []

    private let model: FoldModel
    private let split: NestedSplit
    private let holdouts: [Holdout]
    private let seed: UInt64
    private let console: Console

    /// Trains and measures.
    /// - Throws: ``FreshetError`` where the model does not suit the data, or when stopped.
    init(
        model: FoldModel,
        dataset: Dataset,
        kinds: [AttackKind],
        fakeUsers: Int,
        targets: [ItemIndex],
        arrival: Attack.Arrival,
        isGuarded: Bool,
        users: Int,
        seed: UInt64,
        pool: ThreadPool,
        console: Console
    ) throws {
        (self.model, self.targets, self.fakeUsers, self.arrival) = (model, targets, fakeUsers, arrival)
        (self.seed, self.pool, self.console) = (seed, pool, console)
        split = dataset.leavingLastTwoOut()
        holdouts = try Self.drawn(users, of: split.test.holdouts, seed: seed)
        guard !targets.isEmpty else { throw FreshetError(.usage, "There is no rare item that could be pushed.") }
        names = targets.map { dataset.items[$0.position] }
        let training = split.validation.training
        events = targets.map { target in training.histories.items.count { $0 == target } }
        let guards = isGuarded ? [false, true] : [false]
        for isGuarded in guards { outcomes.append(try outcome(of: nil, training, fakeFrom: nil, nil, isGuarded)) }
        for kind in kinds {
            let attack = Attack(kind: kind, fakeUsers: fakeUsers, targets: targets, arrival: arrival, seed: seed)
            let injected = try attack.injected(into: training)
            for isGuarded in guards {
                outcomes.append(
                    try outcome(
                        of: kind,
                        injected.dataset,
                        fakeFrom: injected.fakeUsers.lowerBound,
                        injected.arrivals,
                        isGuarded
                    )
                )
            }
        }
    }

    private static func drawn(_ count: Int, of holdouts: [Holdout], seed: UInt64) throws -> [Holdout] {
        guard !holdouts.isEmpty else {
            throw FreshetError(
                .invalidData,
                "No user has two events, so nothing can be held out.",
                remedy: "Give data in which users come back."
            )
        }
        guard count > 0, count < holdouts.count else { return holdouts }
        var random = RandomSource.stream(seed: seed, 0x5E7)
        return holdouts.shuffled(using: &random).prefix(count).sorted { $0.user < $1.user }
    }

    private func outcome(
        of kind: AttackKind?,
        _ dataset: Dataset,
        fakeFrom firstFake: Int?,
        _ arrivals: [Int]?,
        _ isGuarded: Bool
    ) throws -> Outcome {
        let learned =
            isGuarded ? dataset.guarded(by: IntakeGuard.Settings(.leaveOut), arrivals: arrivals).dataset : dataset
        let data = TrainingData(dataset: learned, validation: split.validation.holdouts)
        let run = TrainingRun(
            description: model.description,
            title: "\(model.title), seed \(seed), \(kind?.rawValue ?? "no attack")\(isGuarded ? ", guard" : "")",
            data: data,
            seed: seed,
            pool: pool,
            console: console
        )
        let learner = try model.description.makeLearner(preset: model.preset, overrides: model.overrides, data: data)
        let scorer = try run.train(learner).scorer
        let histories = split.test.context.histories
        let contexts = holdouts.map { ScoringContext(user: $0.user, history: histories[$0.user]) }
        return Outcome(
            kind: kind,
            isGuarded: isGuarded,
            lists: BatchRecommender(scorer: scorer, pool: pool)
                .recommend(contexts: contexts, count: Self.length, excludingSeen: true).map { $0.map(\.item) },
            accuracy: try ScorerEvaluation.evaluate(
                scorer: scorer,
                histories: histories,
                holdouts: holdouts,
                excludingSeen: true,
                options: EvaluationOptions(cutoffs: [Self.length], resamples: 200, seed: seed),
                pool: pool
            ),
            leftOut: Self.leftOut(learned.histories, of: dataset.histories, fakeFrom: firstFake)
        )
    }

    private static func leftOut(_ guarded: Histories, of all: Histories, fakeFrom: Int?) -> (fake: Int, real: Int) {
        let border = fakeFrom.map { all.offsets[$0] } ?? all.eventCount
        var counts = (fake: 0, real: 0)
        for row in 0..<all.eventCount where all.liking(at: row) > 0 && guarded.liking(at: row) == 0 {
            if row < border { counts.real += 1 } else { counts.fake += 1 }
        }
        return counts
    }
}

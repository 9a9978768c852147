import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// Trains as ADER does: goes over a period until its held-out sessions are predicted no better, beside exemplars of older
/// periods, which keep to the ranking of the model before.
struct EpochPeriodTrainer: PeriodTrainer {
    private let model: ModelDescription
    private let configurationJSON: String
    private let settings: PeriodProtocol.Settings
    private let replays: Bool
    private let seed: UInt64
    private let pool: ThreadPool
    private var replay: ReplayBuffer
    private var trainer: (any EpochTrainer)?
    private(set) var scorer: (any Scorer)?
    private(set) var validationRecall = 0.0
    private(set) var epochs = 0

    init(
        _ model: ModelDescription,
        configurationJSON: String,
        replays: Bool,
        settings: PeriodProtocol.Settings,
        seed: UInt64,
        pool: ThreadPool
    ) {
        (self.model, self.configurationJSON, self.settings) = (model, configurationJSON, settings)
        (self.replays, self.seed, self.pool) = (replays, seed, pool)
        replay = ReplayBuffer(
            capacity: replays ? settings.exemplars : 0,
            contextLength: settings.contextLength,
            seed: seed
        )
    }

    mutating func restart() { scorer = nil }

    mutating func learn(_ period: PeriodLesson, random: inout RandomSource) throws {
        let next = try model.makeEpochTrainer(
            from: scorer,
            after: trainer,
            configurationJSON: configurationJSON,
            itemCount: period.itemCount,
            seed: seed &+ UInt64(period.cycle) << 32,
            pool: pool
        )
        guard let next else { preconditionFailure("'\(model.name)' is not trained in epochs") }
        train(next, on: period, random: &random)
        trainer = next
        if replays { keepExemplars(of: period.sessions, next) }
    }

    private mutating func train(_ trainer: any EpochTrainer, on period: PeriodLesson, random: inout RandomSource) {
        let rate = scorer == nil ? settings.learningRate : settings.updateRate
        // ADER's λ·√(|I_old| / |I_new| · |E| / |D|).
        let known = Float(scorer?.itemCount ?? 0) / Float(period.itemCount)
        let events = period.sessions.eventCount - period.sessions.userCount
        let share = Float(replay.count) / Float(max(events, 1))
        let distillation = settings.distillation * (known * share).squareRoot()
        var bestEpoch = 0
        (epochs, validationRecall) = (0, -1)
        while epochs < settings.epochs, epochs - bestEpoch < settings.patience {
            let order = period.learned.shuffled(using: &random)
            runEpoch(trainer, order, of: period.sessions, rate: rate, distillation: distillation)
            epochs += 1
            let scorer = trainer.makeScorer()
            let recall = PeriodProtocol.recall(period.validation.ranks(of: scorer, pool: pool), at: 20)
            if recall > validationRecall { (validationRecall, bestEpoch, self.scorer) = (recall, epochs, scorer) }
        }
    }

    private mutating func runEpoch(
        _ trainer: any EpochTrainer,
        _ users: [UserIndex],
        of sessions: Histories,
        rate: Float,
        distillation: Float
    ) {
        let replayed = replay.count / max(users.count / settings.batchSize, 1)
        var lesson = Lesson()
        (lesson.replayWeight, lesson.distillationWeight) = (settings.replayWeight, distillation)
        for start in stride(from: 0, to: users.count, by: settings.batchSize) {
            lesson.new.removeAll()
            lesson.replayed.removeAll()
            for user in users[start..<min(start + settings.batchSize, users.count)] {
                let session = sessions[user]
                lesson.new.append(session, targets: session.count - 1, maximumLength: settings.contextLength)
            }
            replay.draw(replayed, targets: 1, into: &lesson.replayed)
            trainer.step(lesson, rate: rate)
        }
    }

    /// Chooses new exemplars among this period's prefixes and the old exemplars.
    private mutating func keepExemplars(of sessions: Histories, _ trainer: any EpochTrainer) {
        let length = settings.contextLength
        var candidates = TrainingSequences()
        var histories: [History] = (0..<replay.count).map { replay[$0] }
        for session in 0..<sessions.userCount {
            let range = sessions.offsets[session]..<sessions.offsets[session + 1]
            for end in range.dropFirst() {
                histories.append(sessions.history(in: max(range.lowerBound, end - length)..<end + 1))
            }
        }
        for history in histories { candidates.append(history, targets: 1, maximumLength: length) }
        let chosen = Herding.choose(
            settings.exemplars,
            classes: histories.map { $0.items[$0.items.endIndex - 1] },
            features: trainer.states(of: candidates)
        )
        replay.removeAll()
        for place in chosen { replay.append(histories[place], user: UserIndex(0)) }
    }
}

import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// Learns a sequence transformer from a stream, event by event, without forgetting what it knew.
///
/// A micro-update is one step on the new events of a batch and on replayed exemplars of older ones, and further steps on
/// exemplars alone. Exemplars also keep to the ranking of a teacher: the model as it was some thousand events ago (after
/// Mi and others, "ADER: Adaptively Distilled Exemplar Replay", RecSys 2020). Departs in updating on every batch instead
/// of every period, in choosing exemplars by reservoir sampling while it streams, in replaying several of a user's events
/// in one pass, and in distilling over sampled items. What is served is a running average of the weights.
///
/// Belongs to one thread.
final class OnlineSequenceTransformer: OnlineLearner {
    private let configuration: OnlineLearning.Settings
    private let updater: SequenceUpdater
    private var replay: ReplayBuffer
    private var lesson = Lesson()
    /// How many events each item has had; 0 for one that was given up.
    private var occurrences: [UInt32]
    private var eventsSinceTeacher = 0
    private var itemsOfTeacher: Int
    private(set) var learnedEvents = 0

    /// Goes on from a trained model.
    ///
    /// - Parameters:
    ///   - scorer: a sequence transformer.
    ///   - configuration: the settings.
    ///   - seed: the seed of everything random.
    ///   - pool: the threads.
    /// - Throws: ``FreshetError`` of kind `usage` when the scorer is another model.
    init(scorer: any Scorer, configuration: OnlineLearning.Settings, seed: UInt64, pool: ThreadPool) throws {
        self.configuration = configuration
        updater = try SequenceUpdater(scorer, averaging: configuration.averaging, seed: seed, pool: pool)
        replay = ReplayBuffer(
            capacity: configuration.exemplars,
            contextLength: min(configuration.contextLength, updater.configuration.maximumLength),
            seed: seed
        )
        itemsOfTeacher = scorer.itemCount
        occurrences = Array(repeating: UInt32(configuration.admission), count: scorer.itemCount)
        updater.keepTeacher()
    }

    var itemCount: Int { updater.itemCount }

    func remember(_ events: [StreamEvent]) {
        for event in events {
            note(event)
            replay.offer(event)
        }
    }

    /// Takes over exemplars, and what is known of items.
    ///
    /// Not how much was learned: the rate rises anew, since the optimizer is a new one.
    func takeMemory(of other: any OnlineLearner) throws {
        guard let other = other as? OnlineSequenceTransformer else { return }
        try replay.restore(Checkpoint(arrays: other.replay.arrays()))
        let missing = other.occurrences.count - occurrences.count
        if missing > 0 { occurrences.append(contentsOf: repeatElement(0, count: missing)) }
        for (item, count) in other.occurrences.enumerated() { occurrences[item] = max(occurrences[item], count) }
        // Exemplars are drawn of all items that it has seen.
        growCatalogue()
    }

    /// Takes what is said of the items; it knows those that nobody chose yet by it.
    func read(_ content: ItemVectors) { updater.read(content) }

    @discardableResult
    func learn(
        _ batch: [StreamEvent],
        emphasis: OnlineLearning.Emphasis,
        replaying: (() -> Void) -> Void
    ) -> OnlineLearning.Report {
        for event in batch { note(event) }
        growCatalogue()
        lesson.new.removeAll()
        lesson.replayed.removeAll()
        addNewTargets(batch)
        let wanted = Float(lesson.new.targets) * configuration.replayShare * emphasis.replay
        replay.draw(Int(wanted.rounded()), targets: configuration.targetsPerExemplar, into: &lesson.replayed)
        lesson.replayWeight = configuration.replayWeight
        lesson.distillationWeight = adaptiveDistillation
        let rate = rate(of: batch.count) * emphasis.rate
        let report = OnlineLearning.Report(
            events: batch.count,
            loss: updater.step(lesson, rate: rate, isChosen: isChosen),
            rate: rate,
            distillation: lesson.distillationWeight
        )
        replaying { stepOnReplay(emphasis.replaySteps ?? configuration.replaySteps, rate: rate) }
        for event in batch where isAdmitted(event.event.item) { replay.offer(event) }
        learnedEvents += batch.count
        renewTeacher(after: batch.count)
        return report
    }

    /// A micro-update's steps on exemplars alone: an event is learned once, but remembered often.
    private func stepOnReplay(_ steps: Int, rate: Float) {
        let targets = lesson.replayed.targets
        lesson.new.removeAll()
        for _ in 0..<steps {
            lesson.replayed.removeAll()
            replay.draw(targets, targets: configuration.targetsPerExemplar, into: &lesson.replayed)
            updater.step(lesson, rate: rate, isChosen: isChosen)
        }
    }

    func makeScorer() -> any Scorer { updater.makeScorer() }

    /// Forgets a user's exemplars.
    func erase(_ user: UserIndex) -> Int { replay.removeAll(of: user) }

    func expireItems(where isOutdated: (ItemIndex) -> Bool) -> Int {
        let items = occurrences.indices.map(ItemIndex.init).filter { occurrences[$0.position] > 0 && isOutdated($0) }
        for item in items { occurrences[item.position] = 0 }
        updater.expire(items)
        return items.count
    }

    private func rate(of events: Int) -> Float {
        let share = min(1, Float(events) / Float(configuration.fullBatch))
        let warmth = min(1, Float(learnedEvents + events) / Float(max(configuration.warmUpEvents, 1)))
        return configuration.learningRate * share.squareRoot() * warmth
    }

    /// ADER's `λ·√(|I_old| / |I_new| · |E| / |D|)`: the more of the catalogue is known and the more exemplars stand
    /// against the new events, the more the teacher is worth.
    private var adaptiveDistillation: Float {
        guard replay.count > 0, configuration.distillation > 0 else { return 0 }
        let known = Float(itemsOfTeacher) / Float(max(updater.itemCount, 1))
        let exemplars = Float(replay.count) / Float(max(configuration.teacherPeriod, replay.count))
        return configuration.distillation * (known * exemplars).squareRoot()
    }

    /// One sequence a user: the events of the batch are its newest targets.
    private func addNewTargets(_ batch: [StreamEvent]) {
        var targets: [UserIndex: Int] = [:]
        var last: [UserIndex: Int] = [:]
        for (place, event) in batch.enumerated() where isAdmitted(event.event.item) {
            targets[event.event.user, default: 0] += 1
            last[event.event.user] = place
        }
        for (place, event) in batch.enumerated() where last[event.event.user] == place {
            lesson.new.append(
                event.history,
                followedBy: event.event,
                targets: targets[event.event.user] ?? 1,
                maximumLength: min(configuration.contextLength, updater.configuration.maximumLength)
            )
        }
    }

    private func note(_ event: StreamEvent) {
        let item = event.event.item.position
        while occurrences.count <= item { occurrences.append(0) }
        occurrences[item] &+= 1
    }

    private func isAdmitted(_ item: ItemIndex) -> Bool { occurrences[item.position] >= configuration.admission }

    private func isChosen(_ item: Int) -> Bool { occurrences[item] > 0 }

    /// Makes room for the items that had an event and for those of which something is said.
    private func growCatalogue() {
        let count = max(occurrences.count, updater.describedItems)
        occurrences.append(contentsOf: repeatElement(0, count: count - occurrences.count))
        updater.grow(toItems: count)
    }

    private func renewTeacher(after events: Int) {
        guard configuration.distillation > 0 else { return }
        eventsSinceTeacher += events
        guard eventsSinceTeacher >= configuration.teacherPeriod else { return }
        updater.keepTeacher()
        (eventsSinceTeacher, itemsOfTeacher) = (0, updater.itemCount)
    }
}

// MARK: - Checkpoints

extension OnlineSequenceTransformer {
    func checkpoint() -> Checkpoint {
        var checkpoint = updater.checkpoint()
        checkpoint.arrays.merge(replay.arrays()) { first, _ in first }
        checkpoint.arrays["learner.occurrences"] = StoredArray(occurrences.map(Int32.init(bitPattern:)))
        let state = [learnedEvents, eventsSinceTeacher, itemsOfTeacher]
        checkpoint.arrays["learner.state"] = StoredArray(state.map(Int64.init))
        return checkpoint
    }

    /// Takes over a state.
    ///
    /// Where it has no teacher, as in checkpoints of before teachers were kept, the model of that moment becomes it.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it does not fit.
    func restore(_ checkpoint: Checkpoint) throws {
        let state = try checkpoint.numbers("learner.state", of: Int64.self, shape: [nil]).map(Int.init)
        let counts = try checkpoint.numbers("learner.occurrences", of: Int32.self, shape: [nil])
        guard let learned = state.first, state.allSatisfy({ $0 >= 0 }) || state.count == 2 else {
            throw FreshetError(.invalidData, "The checkpoint does not say how much its learner has learned.")
        }
        var exemplars = replay
        try exemplars.restore(checkpoint)
        try updater.restore(checkpoint)
        replay = exemplars
        occurrences = counts.map(UInt32.init(bitPattern:))
        learnedEvents = learned
        if updater.hasTeacher, state.count == 3 {
            (eventsSinceTeacher, itemsOfTeacher) = (state[1], state[2])
        } else {
            updater.keepTeacher()
            (eventsSinceTeacher, itemsOfTeacher) = (0, updater.itemCount)
        }
    }
}

extension SequenceTransformer: OnlineModel {
    /// A learner that goes on from a trained model, with the moments of its training where there are any.
    public static func makeOnlineLearner(
        from scorer: any Scorer,
        configuration: Configuration,
        settings: OnlineLearning.Settings,
        seed: UInt64,
        pool: ThreadPool
    ) throws -> any OnlineLearner {
        // The scorer has its settings: those of a snapshot with what was changed since.
        try OnlineSequenceTransformer(scorer: scorer, configuration: settings, seed: seed, pool: pool)
    }

    /// A trained model under other numbers of items and event types.
    public static func renumber(_ checkpoint: Checkpoint, by numbering: Renumbering) throws -> Checkpoint {
        var (shape, renumbered) = (try Shape(checkpoint), checkpoint)
        try renumbered.renumberRows(of: "items", by: numbering.items)
        shape.items = numbering.items.count
        if shape.types > 1 {
            try renumbered.renumberRows(of: "types", by: numbering.types)
            shape.types = numbering.types.count
        }
        renumbered.arrays.merge(shape.arrays) { $1 }
        return renumbered
    }
}

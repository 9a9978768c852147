import Foundation
import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels
import FreshetNN
import FreshetTensor
import Testing

/// The loop on a small stream in which item follows item.
@Suite("Learning loop")
struct LearningLoopTests {
    /// Users walk around a ring of items, one step an event, with a jump now and then.
    static func events(_ count: Int, items: Int = 30, users: Int = 20, seed: UInt64 = 1) -> [LoggedEvent] {
        var random = RandomSource(seed: seed)
        var places = (0..<users).map { $0 % items }
        return (1...count).map { offset in
            let user = random.below(users)
            places[user] = random.below(10) == 0 ? random.below(items) : (places[user] + 1) % items
            return LoggedEvent(
                offset: Int64(offset),
                user: UserIndex(user),
                item: ItemIndex(places[user]),
                type: 0,
                time: Timestamp(seconds: 1_000_000 + Int64(offset) * 10)
            )
        }
    }

    static func settings() -> LearningLoop.Settings {
        var settings = LearningLoop.Settings()
        settings.microBatch = 16
        settings.publication.retrainsOnDrift = false
        settings.publication.retrainGrowth = 0
        settings.publication.retrainInterval = 0
        return settings
    }

    /// A tiny transformer trained on events.
    static func trained(on events: [LoggedEvent], items: Int = 30, users: Int = 20) throws -> TrainedModel {
        var configuration = SequenceTransformer.Configuration()
        configuration.channels = 8
        configuration.heads = 1
        configuration.blocks = 1
        configuration.epochs = 1
        var learner = SequenceTransformer(configuration: configuration)
        let data = data(events, items: items, users: users)
        try learner.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1)))
        return TrainedModel(
            model: SequenceTransformer.name,
            configurationJSON: try ModelRegistry.model(named: SequenceTransformer.name).configurationJSON(of: learner),
            scorer: learner.makeScorer()
        )
    }

    /// Any other model with its defaults.
    static func fitted(_ model: ModelDescription, on events: [LoggedEvent]) throws -> any Scorer {
        let data = data(events, items: 30, users: 20)
        var learner = try model.makeLearner(data: data)
        try learner.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1)))
        return learner.makeScorer()
    }

    private static func data(_ events: [LoggedEvent], items: Int, users: Int) -> TrainingData {
        var histories = [[ItemIndex]](repeating: [], count: users)
        for event in events { histories[event.user.position].append(event.item) }
        var (userNames, itemNames) = (IdentifierTable(), IdentifierTable())
        for user in 0..<users { _ = userNames.insert("u\(user)") }
        for item in 0..<items { _ = itemNames.insert("i\(item)") }
        let dataset = Dataset(
            users: userNames,
            items: itemNames,
            histories: Histories(
                offsets: histories.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) },
                items: histories.flatMap { $0 }
            )
        )
        return TrainingData(dataset: dataset)
    }

    @Test func learnsTheRingWithoutATransformer() throws {
        let loop = try LearningLoop(settings: Self.settings())
        var kinds: Set<Decision.Kind> = []
        var published = 0
        for event in Self.events(1_500) {
            let step = try loop.process([event])
            kinds.formUnion(step.decisions.map(\.kind))
            for (state, kind) in step.published where kind == .microUpdate {
                published += 1
                #expect(state.version == loop.live.version)
                #expect(state.offset == event.offset)
            }
        }
        let figures = loop.evaluation.figures()
        let live = try #require(figures["live"]?["recall@5"])
        #expect(live > 0.7)
        #expect(live > (figures["popularity"]?["recall@5"] ?? 1) + 0.3)
        #expect(figures["co-visitation"]?["recall@5"] ?? 0 > 0.6)
        #expect(published > 100)
        #expect(kinds.contains(.microUpdate))
        #expect(kinds.contains(.retrain))
        #expect(loop.offset == 1_500)
    }

    @Test func everyEventIsPredictedBeforeItIsLearned() throws {
        let loop = try LearningLoop(settings: Self.settings())
        let event = LoggedEvent(offset: 1, user: UserIndex(0), item: ItemIndex(0), type: 0, time: 5)
        _ = try loop.process([event])
        #expect(loop.evaluation.figures()["live"]?["recall@20"] == 0)
        #expect(loop.evaluation.figures(cohort: .newItems)["live"]?["count"] == 1)
        #expect(loop.evaluation.figures(cohort: .newUsers)["live"]?["count"] == 1)
    }

    @Test func eventsAreNotTakenTwice() throws {
        let loop = try LearningLoop(settings: Self.settings())
        let events = Self.events(64)
        _ = try loop.process(events)
        let before = loop.evaluation
        let again = try loop.process(events)
        #expect(again.published.isEmpty && again.decisions.isEmpty && again.retraining == nil)
        #expect(loop.evaluation == before)
    }

    @Test func predictionsAreSampled() throws {
        var settings = Self.settings()
        settings.evaluationShare = 0.25
        let loop = try LearningLoop(settings: settings)
        _ = try loop.process(Self.events(2_000))
        #expect((400...600).contains(loop.evaluation.outcomeCount))
    }

    /// The gate has its verdict after 400 events at the latest, of those that count.
    @Test(arguments: [(rehearsal: 100, isDecided: true), (rehearsal: 10_000, isDecided: false)])
    func aTrainedCandidateRehearsesThenCompetes(rehearsal: Int, isDecided: Bool) throws {
        var settings = Self.settings()
        settings.rehearsal = rehearsal
        settings.promotion.first.minimumEvents = 20
        settings.promotion.first.horizon = 400
        let loop = try LearningLoop(settings: settings)
        let events = Self.events(1_200)
        _ = try loop.process(Array(events[..<400]))
        let model = try Self.trained(on: Array(events[..<300]))
        let version = try loop.trainingFinished(
            model,
            learned: 300,
            recent: Array(events[..<300]),
            missed: events[300..<400].map(\.user)
        )
        #expect(version == ModelVersion(1))
        loop.catchUp(Array(events[300..<400]))
        let step = try loop.process(Array(events[400...]))
        // Figures of one that is gone would stand beside those of other events.
        #expect((loop.evaluation.figures()["candidate"] == nil) == isDecided)
        #expect(step.decisions.contains { [.promotion, .discard].contains($0.kind) } == isDecided)
    }

    @Test func aCopyOfTheFirstPublicationDoesNotLearnAndGivesWayToATrainedOne() throws {
        let loop = try LearningLoop(settings: Self.settings())
        let events = Self.events(1_200)
        for event in events[..<800] { _ = try loop.process([event]) }
        #expect(loop.frozen?.offset == 1)
        let (live, frozen) = (loop.evaluation.figures()["live"], loop.evaluation.figures()["frozen"])
        #expect(try #require(frozen?["mrr@10"]) < #require(live?["mrr@10"]))
        try loop.trainingFinished(try Self.trained(on: Array(events[..<800])), learned: 800)
        _ = try loop.promote(ModelVersion(1), time: 0)
        #expect(loop.frozen?.version == ModelVersion(1))
        #expect(loop.evaluation.figures()["frozen"] == nil)
        _ = try loop.process(Array(events[800...]))
        #expect(loop.live.version.update > 0)
        #expect(loop.frozen?.version == ModelVersion(1))
        #expect(loop.evaluation.figures()["frozen"]?["count"] == 400)
    }

    /// Without a transformer the live system is the counts alone, so they are level in everything.
    @Test func countsAloneAreTheSystemWithoutATransformer() throws {
        let loop = try LearningLoop(settings: Self.settings())
        try loop.compare(.counts, with: nil)
        let events = Self.events(900)
        _ = try loop.process(Array(events[..<600]))
        #expect(loop.evaluation.figures()["counts"] == loop.evaluation.figures()["learning"])
        try loop.trainingFinished(try Self.trained(on: Array(events[..<600])), learned: 600)
        _ = try loop.promote(ModelVersion(1), time: 0)
        _ = try loop.process(Array(events[600...]))
        #expect(loop.evaluation.figures()["counts"] != loop.evaluation.figures()["learning"])
    }

    /// What is known beside the counts is learned like any other feature, and kept by name over a checkpoint.
    @Test func evidenceIsLearnedAndKept() throws {
        let numbers = (0..<30).flatMap { item -> [Float] in
            let angle = Float(item) / 30 * 2 * .pi
            return [cos(angle), sin(angle)]
        }
        let vectors = ItemVectors(encoder: "ring", width: 2)
            .replacing((0..<30).map { ItemIndex($0) }, with: numbers, on: ThreadPool(threads: 1))
        let evidence: [any CandidateEvidence] = [ContentEvidence(of: ContentView(vectors))]
        let loop = try LearningLoop(settings: Self.settings())
        loop.evidence = evidence
        try loop.compare(.counts, with: nil)
        try loop.compare(.countsUnread, with: nil, readsEvidence: false)
        let events = Self.events(700)
        _ = try loop.process(Array(events[..<500]))
        #expect(loop.evaluation.figures()["counts"] == loop.evaluation.figures()["learning"])
        #expect(loop.evaluation.figures()["counts-unread"] != loop.evaluation.figures()["learning"])
        let copy = try LearningLoop(from: loop.checkpoint(), settings: Self.settings())
        copy.evidence = evidence
        copy.remember(events[..<500])
        _ = try loop.process(Array(events[500...]))
        _ = try copy.process(Array(events[500...]))
        #expect(copy.evaluation.figures()["learning"] == loop.evaluation.figures()["learning"])
        #expect(copy.live.ranker as? FusionWeights == loop.live.ranker as? FusionWeights)
        #expect(copy.live.ranker is FusionWeights)
    }

    /// What reads the items is a part of its version: it predicts for it alone, goes live, is kept and rolled back with it.
    @Test func aReadingIsPartOfItsVersion() throws {
        let pool = ThreadPool(threads: 1)
        func reading(_ id: String, turns: Int) -> ContentReading {
            let numbers = (0..<30).flatMap { item -> [Float] in
                let angle = Float(item * turns) / 30 * 2 * .pi
                return [cos(angle), sin(angle)]
            }
            let reading = ContentReading(id: id)
            let items = (0..<30).map { ItemIndex($0) }
            reading.view.replace(
                with: ItemVectors(encoder: id, width: 2).replacing(items, with: numbers, on: pool)
            )
            return reading
        }
        let (own, other) = (reading("own", turns: 7), reading("other", turns: 1))
        let events = Self.events(900)
        let live = ServedState(
            version: ModelVersion(1),
            trained: try Self.trained(on: Array(events[..<320])),
            offset: 320
        )
        let loop = try LearningLoop(settings: Self.settings(), live: live, highestVersion: 1, pool: pool)
        (loop.evidence, loop.content) = ([ContentEvidence(of: own.view)], own.view)
        loop.remember(events[..<320])
        let term = CandidateRanker(evidence: loop.evidence).table.names.firstIndex(of: "contentNewest")
        /// Whether all candidates of what is live are as like the newest item as a reading says.
        func goesBy(_ reading: ContentReading, _ events: ArraySlice<LoggedEvent>) throws -> Bool {
            var (isSo, count) = (true, 0)
            let vectors = reading.view.current
            let term = try #require(term)
            loop.witness = { event, set in
                guard let newest = event.history.items.last else { return }
                for place in 0..<set.count where set.item(at: place).position < 30 {
                    let likeness = vectors.likeness(set.item(at: place), newest)
                    isSo = isSo && abs(set.value(of: term, at: place) - likeness) < 1e-4
                    count += 1
                }
            }
            defer { loop.witness = nil }
            _ = try loop.process(Array(events))
            return isSo && count > 100
        }
        #expect(try goesBy(own, events[320..<400]))
        let version = try loop.readingFinished(other)
        #expect(version == ModelVersion(2) && loop.policy.candidate == version && !loop.isCatchingUp)
        #expect(try goesBy(own, events[400..<600]))
        let figures = loop.evaluation.figures()
        #expect(figures["candidate"]?["count"] == 200 && figures["candidate"] != figures["learning"])
        let promoted = try #require(try loop.promote(version, time: 0).published.first)
        #expect(promoted.state.reading === other && promoted.state.trained != nil)
        #expect(try goesBy(other, events[600..<700]))

        let copy = try LearningLoop(from: loop.checkpoint(), settings: Self.settings(), pool: pool)
        #expect(copy.live.reading?.id == "other" && copy.live.reading !== other)
        copy.attachReadings { $0 == "other" ? other : own }
        #expect(copy.readings.contains { $0 === other } && copy.live.reading === other)
        let kept = try ServedState(from: promoted.state.checkpoint())
        #expect(kept.reading?.id == "other")

        _ = try loop.rollBack(time: 0)
        #expect(loop.live.version.number == 1 && loop.live.reading == nil && loop.readings.isEmpty)
        #expect(try goesBy(own, events[700..<800]))
    }

    @Test func aPromotionByHandAndBack() throws {
        let loop = try LearningLoop(settings: Self.settings())
        let events = Self.events(600)
        _ = try loop.process(Array(events[..<400]))
        let before = loop.live.version
        try loop.trainingFinished(try Self.trained(on: Array(events[..<400])), learned: 400)
        let promoted = try loop.promote(ModelVersion(1), time: 0)
        let (state, kind) = try #require(promoted.published.first)
        #expect(kind == .promotion)
        #expect(state.trained != nil)
        #expect(loop.live.version == ModelVersion(1))
        _ = try loop.process(Array(events[400...]))
        #expect(loop.report != nil)
        #expect(loop.live.version.number == 1 && loop.live.version.update > 0)
        let back = try loop.rollBack(time: 0)
        let (old, reason) = try #require(back.published.first)
        #expect(reason == .rollback)
        #expect(old.version == before)
        #expect(throws: FreshetError.self) { try loop.promote(ModelVersion(9), time: 0) }
    }

    @Test(arguments: [FusionWeights.name, FactorizationRanker.name])
    func goesOnFromACheckpoint(ranker: String) throws {
        var settings = Self.settings()
        settings.rankerName = ranker
        settings.learner.distillation = 0
        let loop = try LearningLoop(settings: settings)
        let events = Self.events(800)
        _ = try loop.process(Array(events[..<320]))
        try loop.trainingFinished(try Self.trained(on: Array(events[..<320])), learned: 320)
        _ = try loop.promote(ModelVersion(1), time: 0)
        _ = try loop.process(Array(events[320..<480]))
        let copy = try LearningLoop(from: loop.checkpoint(), settings: settings)
        #expect(copy.offset == 480)
        #expect(copy.live.version == loop.live.version)
        copy.remember(events[..<480])
        #expect(copy.streaming.offset == 480)
        let (left, right) = (try loop.process(Array(events[480...])), try copy.process(Array(events)))
        #expect(left.decisions.map(\.version) == right.decisions.map(\.version))
        let (first, second) = (loop.evaluation.figures(), copy.evaluation.figures())
        #expect(first["co-visitation"] == second["co-visitation"])
        #expect(first["frozen"] == second["frozen"])
        #expect(abs((first["live"]?["mrr@10"] ?? 0) - (second["live"]?["mrr@10"] ?? 1)) < 0.05)
    }

    @Test func anotherRankerBeginsWithWhatTheLastOneKnows() throws {
        var settings = Self.settings()
        let events = Self.events(900)
        let loop = try LearningLoop(settings: settings)
        _ = try loop.process(Array(events[..<600]))
        settings.rankerName = FactorizationRanker.name
        let next = try LearningLoop(from: loop.checkpoint(), settings: settings)
        next.remember(events[..<600])
        #expect(next.live.ranker is FusionWeights)
        next.startMeasuring()
        _ = try next.process(Array(events[600...]))
        #expect(next.live.ranker is FactorizationRanker)
        let figures = next.evaluation.figures()
        #expect(try #require(figures["live"]?["recall@5"]) > 0.7)
    }

    /// A folder of before the teacher was in it: the model of that moment becomes the teacher.
    @Test func goesOnFromACheckpointOfBeforeTheTeacherWasKept() throws {
        let loop = try LearningLoop(settings: Self.settings())
        let events = Self.events(480)
        _ = try loop.process(Array(events[..<320]))
        try loop.trainingFinished(try Self.trained(on: Array(events[..<320])), learned: 320)
        _ = try loop.promote(ModelVersion(1), time: 0)
        _ = try loop.process(Array(events[320..<400]))
        var old = loop.checkpoint()
        old.arrays = old.arrays.filter { !$0.key.contains(".teacher") }
        let times = [Int64](repeating: 1_000_000, count: 30)
        old.arrays["learning.learner.learner.lastTimes"] = StoredArray(times)
        old.arrays["learning.learner.learner.state"] = StoredArray([80, 1_004_000] as [Int64])
        let copy = try LearningLoop(from: old, settings: Self.settings())
        copy.remember(events[..<400])
        _ = try copy.process(Array(events[400...]))
        #expect(copy.learnerEvents == 160)
        #expect(copy.checkpoint().arrays["learning.learner.teacher.items"] != nil)
    }

    /// Last year's events are learned, and say nothing of how well today is predicted.
    @Test func lateEventsAreLearnedAndNotPredicted() throws {
        let loop = try LearningLoop(settings: Self.settings())
        let events = Self.events(400)
        _ = try loop.process(Array(events[..<320]))
        let (outcomes, counted) = (loop.evaluation.outcomeCount, loop.streaming.offset)
        let late = events[320...].map { event in
            var event = event
            event.time.milliseconds -= 400 * 86_400_000
            return event
        }
        _ = try loop.process(late)
        #expect(outcomes > 0 && loop.evaluation.outcomeCount == outcomes)
        #expect(counted == 320 && loop.streaming.offset == 400)
        // What was done last stays last.
        let newest = loop.histories[events[0].user].times
        #expect(Array(newest) == newest.sorted())
    }

    @Test func stepsOnReplayAreMadeOnAverage() throws {
        var settings = Self.settings()
        settings.learner.replaySteps = 2
        let events = Self.events(800)
        let live = ServedState(version: ModelVersion(1), trained: try Self.trained(on: Array(events[..<320])))
        let loop = try LearningLoop(settings: settings, live: live)
        loop.replaySteps = 0.25
        _ = try loop.process(Array(events[..<256]))
        #expect(loop.replayedSteps == 4)
        loop.replaySteps = 9
        _ = try loop.process(Array(events[256..<512]))
        #expect(loop.replayedSteps == 4 + 32)
    }

    /// Ten days pass in which only some items have events.
    @Test(arguments: [(days: 0.0, expired: 0), (days: 20, expired: 0), (days: 5, expired: 25)])
    func itemsWithoutEventsForLongAreGivenUpOnce(days: Double, expired: Int) throws {
        var settings = Self.settings()
        settings.learner.expiryDays = days
        let events = Self.events(400)
        let live = ServedState(version: ModelVersion(1), trained: try Self.trained(on: Array(events[..<320])))
        let loop = try LearningLoop(settings: settings, live: live)
        #expect(try loop.process(events).expiredItems == 0)
        let later = (0..<64).map { index in
            LoggedEvent(
                offset: 401 + Int64(index),
                user: UserIndex(index % 20),
                item: ItemIndex(index % 5),
                type: 0,
                time: Timestamp(seconds: 1_000_000 + 10 * 86_400 + Int64(index))
            )
        }
        #expect(try loop.process(later).expiredItems == expired)
        let counts = try loop.checkpoint().numbers("learning.learner.learner.occurrences", of: Int32.self)
        #expect(counts.count { $0 == 0 } == expired)
    }

    @Test func refusesADamagedCheckpoint() throws {
        let loop = try LearningLoop(settings: Self.settings())
        var checkpoint = loop.checkpoint()
        checkpoint.arrays["state"] = StoredArray([UInt8(1), 2, 3])
        #expect(throws: FreshetError.self) { try LearningLoop(from: checkpoint) }
        #expect(throws: FreshetError.self) { try LearningLoop(from: Checkpoint()) }
    }

    @Test func forgettingIsMeasuredOnKeptPeriods() throws {
        var settings = Self.settings()
        settings.periodEvents = 100
        let loop = try LearningLoop(settings: settings)
        let events = Self.events(700)
        _ = try loop.process(Array(events[..<300]))
        #expect(loop.forgetting.periods.count == 3)
        #expect(loop.forgetting.versions.isEmpty)
        try loop.trainingFinished(try Self.trained(on: Array(events[..<300])), learned: 300)
        _ = try loop.promote(ModelVersion(1), time: 0)
        _ = try loop.process(Array(events[300...]))
        let matrix = loop.forgetting
        #expect(matrix.periods.count == 7)
        #expect(matrix.versions.first == ModelVersion(1))
        #expect(matrix.scores.first?.prefix(3).allSatisfy { $0 != nil } == true)
        #expect(matrix.scores.last?.last.flatMap { $0 } != nil)
        #expect(matrix.backwardTransfer != nil)
        let copy = try LearningLoop(from: loop.checkpoint(), settings: settings)
        #expect(copy.forgetting == matrix)
    }
}

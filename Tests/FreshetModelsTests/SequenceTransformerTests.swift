import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Synchronization
import Testing

@testable import FreshetModels

@Suite struct SequenceTransformerTests {
    /// A network small enough for a test, without the luck of dropout.
    private func small(_ change: (inout SequenceTransformer.Configuration) -> Void = { _ in })
        -> SequenceTransformer.Configuration
    {
        var configuration = SequenceTransformer.Configuration()
        configuration.channels = 16
        configuration.maximumLength = 8
        configuration.relativePositions = 4
        configuration.dropout = 0
        configuration.attentionDropout = 0
        configuration.batchSize = 4
        configuration.epochs = 60
        configuration.patience = 60
        configuration.learningRate = 0.01
        configuration.warmUpSteps = 5
        configuration.averaging = 0.9
        change(&configuration)
        return configuration
    }

    private func session(threads: Int = 1, seed: UInt64 = 1) -> TrainingSession {
        TrainingSession(seed: seed, pool: ThreadPool(threads: threads))
    }

    /// Eight users whose histories a model can only know by heart.
    private var memorable: TrainingData {
        var random = RandomSource(seed: 3)
        let histories = (0..<8).map { _ in (0..<9).map { _ in random.below(20) } }
        return TrainingData(dataset: SyntheticData.dataset(histories, itemCount: 20))
    }

    @Test(arguments: TransformerBlock.Style.allCases, SequenceTransformer.Loss.allCases)
    func overfitsEightSequences(style: TransformerBlock.Style, loss: SequenceTransformer.Loss) throws {
        let data = memorable
        let configuration = small {
            $0.blockStyle = style
            $0.loss = loss
            $0.negatives = 8
            $0.windows = .last
            $0.epochs = loss == .binaryCrossEntropy ? 160 : 60
            $0.weightDecay = 0
        }
        var model = SequenceTransformer(configuration: configuration)
        try model.fit(data, session: session())
        let scorer = model.makeScorer()
        // Given all but its last event, each history's last item comes first among the items not yet in it (binary
        // cross-entropy never learns against a user's own items).
        let hits = (0..<8).filter { user in
            let history = data.histories[UserIndex(user)]
            let known = History(items: history.items.dropLast(), times: history.times.dropLast())
            let scores = scorer.scores(for: ScoringContext(user: nil, history: known))
            let target = history.items[history.items.endIndex - 1]
            let others = scores.indices.filter { !known.items.contains(ItemIndex($0)) && $0 != target.position }
            return others.allSatisfy { scores[$0] < scores[target.position] }
        }
        #expect(hits.count >= 7, "\(hits.count) of 8")
    }

    @Test func theFutureDoesNotReachThePast() {
        let (set, tape) = (ParameterSet(), Tape())
        var random = RandomSource(seed: 1)
        let input = set.make("x", rows: 6, columns: 8, .normal(1), using: &random)
        func firstRows() -> [Float] {
            tape.reset()
            let x = tape.make(6, 8, Array(input.values))
            var configuration = small { $0.channels = 8 }
            configuration.heads = 2
            var builder = NetworkBuilder(seed: 4)
            let block = TransformerBlock("block", configuration, in: &builder)
            return Array(block(x, offsets: [0, 6], on: tape).array[..<(3 * 8)])
        }
        let before = firstRows()
        for i in (3 * 8)..<(6 * 8) { input.values[i] = 9 }
        #expect(firstRows() == before)
    }

    @Test(arguments: TransformerBlock.Style.allCases, [0, 1, 2])
    func newestRowsEqualTheFullPass(style: TransformerBlock.Style, blocks: Int) throws {
        let data = SyntheticData.groups()
        let configuration = small {
            $0.blockStyle = style; $0.blocks = blocks
        }
        let shape = SequenceTransformer.Shape(data, configuration)
        let network = SequenceNetwork(configuration, shape: shape, seed: 2)
        let (batch, tape) = (PackedSequences(shape), Tape())
        for (user, length) in [1, 8, 5].enumerated() {
            batch.append(data.histories[UserIndex(user)], 0..<length, maximumLength: 8)
        }
        let all = network(batch, on: tape).array
        let newest = network.newest(batch, on: tape).array
        for (sequence, row) in [0, 8, 13].enumerated() {
            let expected = all[row * 16..<(row + 1) * 16]
            let actual = newest[sequence * 16..<(sequence + 1) * 16]
            let difference = zip(expected, actual).map { abs($0 - $1) }.max() ?? 1
            #expect(difference < 1e-5, "sequence \(sequence)")
        }
    }

    @Test(arguments: [1, 2]) func sameSeedSameWeights(threads: Int) throws {
        let data = SyntheticData.groups()
        func weights(seed: UInt64) throws -> Checkpoint {
            var model = SequenceTransformer(
                configuration: small {
                    $0.epochs = 2; $0.dropout = 0.2
                }
            )
            try model.fit(data, session: session(threads: threads, seed: seed))
            return model.makeScorer().checkpoint()
        }
        let first = try weights(seed: 5)
        #expect(try weights(seed: 5) == first)
        #expect(try weights(seed: 6) != first)
    }

    @Test func resumedRunEqualsAnUninterruptedOne() throws {
        let data = SyntheticData.groups()
        let configuration = small {
            $0.epochs = 4; $0.dropout = 0.3
        }
        let log = Log()
        var whole = SequenceTransformer(configuration: configuration)
        try whole.fit(data, session: log.watch(session()))

        // Stopped in the middle of the third epoch, then resumed from what was saved.
        let interruptedLog = Log()
        var interrupted = interruptedLog.watch(session())
        interrupted.isCancelled = { interruptedLog.reports > 2 * 15 + 7 }
        interrupted.saveCheckpoint = { interruptedLog.checkpoint = $0 }
        var first = SequenceTransformer(configuration: configuration)
        #expect(throws: FreshetError.self) { try first.fit(data, session: interrupted) }

        let resumedLog = Log()
        var resumed = resumedLog.watch(session())
        resumed.resumed = interruptedLog.checkpoint
        var second = SequenceTransformer(configuration: configuration)
        try second.fit(data, session: resumed)
        #expect(resumedLog.losses == log.losses)
        #expect(log.losses.count == 4)
        #expect(second.makeScorer().checkpoint() == whole.makeScorer().checkpoint())
    }

    @Test func aCheckpointOfAnotherRunIsRefused() throws {
        let data = SyntheticData.groups()
        let log = Log()
        var run = session(seed: 1)
        run.saveCheckpoint = { log.checkpoint = $0 }
        var model = SequenceTransformer(configuration: small { $0.epochs = 1 })
        try model.fit(data, session: run)
        var other = session(seed: 2)
        other.resumed = log.checkpoint
        var again = SequenceTransformer(configuration: small { $0.epochs = 1 })
        #expect(throws: FreshetError.self) { try again.fit(data, session: other) }
    }

    @Test func readsTypesAndTimes() throws {
        // What comes after item 0 depends only on the type of the event on it.
        var random = RandomSource(seed: 8)
        let types = (0..<40).map { _ in UInt8(random.below(2)) }
        let items = types.flatMap { [ItemIndex(0), ItemIndex(1 + Int($0))] }
        let dataset = Dataset(
            users: IdentifierTable((0..<40).map { "u\($0)" }),
            items: IdentifierTable(["start", "after view", "after purchase"]),
            eventTypes: [.view, .purchase],
            histories: Histories(
                offsets: (0...40).map { 2 * $0 },
                items: items,
                times: items.indices.map { Timestamp(seconds: Int64($0)) },
                types: types.flatMap { [$0, 0] }
            )
        )
        var model = SequenceTransformer(configuration: small())
        try model.fit(TrainingData(dataset: dataset), session: session())
        let scorer = model.makeScorer()
        for type in 0..<2 {
            let history = History(items: [ItemIndex(0)], times: [5], types: [UInt8(type)])
            let scores = scorer.scores(for: ScoringContext(user: nil, history: history))
            #expect(scores[1 + type] > scores[2 - type])
        }
    }

    @Test func longHistoriesAreCutToTheirNewestEvents() throws {
        let data = SyntheticData.groups()
        var model = SequenceTransformer(configuration: small { $0.epochs = 1 })
        try model.fit(data, session: session())
        let scorer = model.makeScorer()
        let items = (0..<100_000).map { ItemIndex($0 % 24) }
        let long = ScoringContext(user: nil, history: History(items: items[...]))
        let short = ScoringContext(user: nil, history: History(items: items.suffix(8)))
        #expect(scorer.scores(for: long) == scorer.scores(for: short))
    }

    @Test func settingsOutOfRangeAreNamed() {
        for change in [
            { $0.heads = 3 }, { $0.dropout = 1 }, { $0.channels = 0 }, { $0.learningRate = .nan }, { $0.epochs = 0 },
        ] as [(inout SequenceTransformer.Configuration) -> Void] {
            #expect(throws: FreshetError.self) { try small(change).validate() }
        }
        for preset in SequenceTransformer.presets.values { #expect(throws: Never.self) { try preset.validate() } }
    }

    @Test func damagedCheckpointsAreRefused() throws {
        let data = SyntheticData.groups()
        let configuration = small { $0.epochs = 1 }
        var model = SequenceTransformer(configuration: configuration)
        try model.fit(data, session: session())
        let good = model.makeScorer().checkpoint()
        var damaged: [Checkpoint] = []
        for name in good.arrays.keys {
            var missing = good
            missing.arrays[name] = nil
            damaged.append(missing)
            var reshaped = good
            reshaped.arrays[name] = StoredArray([Float](repeating: 0, count: 3))
            damaged.append(reshaped)
        }
        var infinite = good
        infinite.arrays["norm.gain"] = StoredArray([Float](repeating: .nan, count: 16), shape: [1, 16])
        for checkpoint in damaged + [infinite] {
            #expect(throws: FreshetError.self) {
                try SequenceTransformer.restoreScorer(from: checkpoint, configuration: configuration)
            }
        }
    }
}

/// What a run reported.
private final class Log: Sendable {
    private struct State {
        var losses: [Double] = []
        var reports = 0
        var checkpoint: Checkpoint?
    }
    private let state = Mutex(State())

    var losses: [Double] { state.withLock { $0.losses } }
    var reports: Int { state.withLock { $0.reports } }
    var checkpoint: Checkpoint? {
        get { state.withLock { $0.checkpoint } }
        set { state.withLock { $0.checkpoint = newValue } }
    }

    func watch(_ session: TrainingSession) -> TrainingSession {
        var session = session
        session.report = { progress in
            self.state.withLock {
                $0.reports += 1
                if let epoch = progress.finishedEpoch { $0.losses.append(epoch.loss) }
            }
        }
        return session
    }
}

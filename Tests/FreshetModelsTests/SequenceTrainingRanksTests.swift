import FreshetCluster
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Synchronization
import Testing

@testable import FreshetModels

@Suite struct SequenceTrainingRanksTests {
    private static func small(
        _ change: (inout SequenceTransformer.Configuration) -> Void = { _ in }
    ) -> SequenceTransformer.Configuration {
        var configuration = SequenceTransformer.Configuration()
        configuration.channels = 8
        configuration.heads = 1
        configuration.blocks = 1
        configuration.maximumLength = 8
        configuration.relativePositions = 4
        configuration.batchSize = 7
        configuration.epochs = 3
        configuration.patience = 10
        configuration.learningRate = 0.01
        configuration.warmUpSteps = 2
        configuration.averaging = 0.9
        change(&configuration)
        return configuration
    }

    /// What a training left: its model, its epochs and its last checkpoint.
    private struct End: Sendable {
        let model: Checkpoint
        let validation: [Double]
        let losses: [Double]
        let saved: Checkpoint?
    }

    /// Trains as one rank of some, or alone.
    private static func train(
        _ configuration: SequenceTransformer.Configuration,
        _ parallel: DataParallel = DataParallel(),
        threads: Int = 1,
        resumed: Checkpoint? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        saving: @escaping @Sendable (Checkpoint) throws -> Void = { _ in }
    ) throws -> End {
        let last = Kept()
        var session = TrainingSession(pool: ThreadPool(threads: threads), isCancelled: isCancelled, resumed: resumed)
        session.parallel = parallel
        session.report = { progress in
            if let epoch = progress.finishedEpoch { last.epochs.withLock { $0.append(epoch) } }
        }
        session.saveCheckpoint = {
            try saving($0)
            let checkpoint = $0
            last.checkpoint.withLock { $0 = checkpoint }
        }
        var model = SequenceTransformer(configuration: configuration)
        try model.fit(SyntheticData.groups(users: 24), session: session)
        let epochs = last.epochs.withLock { $0 }
        return End(
            model: model.makeScorer().checkpoint(),
            validation: epochs.compactMap(\.validation),
            losses: epochs.map(\.loss),
            saved: last.checkpoint.withLock { $0 }
        )
    }

    private final class Kept: Sendable {
        let epochs = Mutex<[EpochRecord]>([])
        let checkpoint = Mutex<Checkpoint?>(nil)
    }

    private static func localSteps(_ steps: Int, momentum: Float = 0, late: Int = 0) -> LocalSteps.Settings {
        var settings = LocalSteps.Settings()
        (settings.steps, settings.momentum, settings.lateSteps) = (steps, momentum, late)
        return settings
    }

    /// With dropout, and with dense as with row gradients.
    @Test(arguments: [2, 3], [SequenceTransformer.Loss.softmax, .sampledSoftmax])
    func ranksAreToEachOtherAsThreadsAre(ranks: Int, loss: SequenceTransformer.Loss) throws {
        let configuration = Self.small {
            $0.loss = loss
            $0.negatives = 8
        }
        let alone = try Self.train(configuration, threads: ranks)
        let ends = try RankThreads.run(ranks) { try Self.train(configuration, DataParallel($0)) }
        for end in ends {
            #expect(end.model == alone.model && end.validation == alone.validation)
            #expect(zip(end.losses, alone.losses).allSatisfy { abs($0 - $1) < 1e-9 })
        }
    }

    @Test(arguments: [WireFormat.bfloat16, .int8, .largest(share: 0.2)])
    func formsOfTheWireLearnAndRepeat(format: WireFormat) throws {
        let configuration = Self.small()
        let runs = try (0..<2).map { _ in
            try RankThreads.run(2) { try Self.train(configuration, DataParallel($0, format: format)) }
        }
        #expect(runs[0][0].model == runs[0][1].model && runs[0][0].model == runs[1][0].model)
        #expect(runs[0][0].losses[2] < runs[0][0].losses[0])
    }

    @Test(arguments: [Float(0), 0.5], [0, 1, 2])
    func localStepsEndInTheSameWeights(momentum: Float, late: Int) throws {
        let configuration = Self.small()
        let local = Self.localSteps(3, momentum: momentum, late: late)
        let runs = try (0..<2).map { _ in
            try RankThreads.run(3) { try Self.train(configuration, DataParallel($0, local: local)) }
        }
        #expect(runs[0].allSatisfy { $0.model == runs[0][0].model && $0.saved?.arrays == runs[0][0].saved?.arrays })
        #expect(runs[0][0].model == runs[1][0].model)
        #expect(runs[0][0].losses[2] < runs[0][0].losses[0])
        #expect(runs[0].allSatisfy { $0.losses == runs[0][0].losses && $0.validation == runs[0][0].validation })
    }

    /// Stopped by one rank after an epoch, and gone on with from what rank 0 kept.
    @Test(arguments: [(1, 0), (3, 0), (3, 2)])
    func aStoppedTrainingGoesOnFromRankZero(steps: Int, late: Int) throws {
        let configuration = Self.small()
        let local = Self.localSteps(steps, momentum: steps > 1 ? 0.5 : 0, late: late)
        let whole = try RankThreads.run(2) { try Self.train(configuration, DataParallel($0, local: local)) }
        let kept = Kept()
        let ends = try RankThreads.results(of: 2) { collective in
            let isFirst = collective.isFirst
            return try Self.train(
                configuration,
                DataParallel(collective, local: local),
                isCancelled: { !isFirst && kept.checkpoint.withLock { $0 != nil } },
                saving: { checkpoint in if isFirst { kept.checkpoint.withLock { $0 = $0 ?? checkpoint } } }
            )
        }
        for case .failure(let error) in ends { #expect((error as? FreshetError)?.kind == .cancelled) }
        let checkpoint = try #require(kept.checkpoint.withLock { $0 })
        for ranks in 1...3 {
            let resumed = try RankThreads.run(ranks) { collective in
                try Self.train(
                    configuration,
                    DataParallel(collective, local: local),
                    resumed: collective.isFirst ? checkpoint : nil
                )
            }
            #expect(resumed.allSatisfy { $0.model == resumed[0].model && $0.losses.count == 3 })
            #expect(ranks != 2 || resumed[0].model == whole[0].model)
        }
    }

    @Test func aLostRankEndsTheTraining() throws {
        let ends = try RankThreads.results(of: 3) { collective in
            let isLast = collective.rank == 2
            return try Self.train(
                Self.small(),
                DataParallel(collective),
                saving: { _ in if isLast { throw FreshetError(.external, "The machine is gone.") } }
            )
        }
        for end in ends {
            let error = #expect(throws: FreshetError.self) { _ = try end.get() }
            #expect(error?.kind == .external)
        }
    }

    @Test func ranksThatTrainDifferentThingsAreTold() throws {
        let ends = try RankThreads.results(of: 2) { collective in
            try Self.train(Self.small { $0.learningRate = collective.isFirst ? 0.01 : 0.02 }, DataParallel(collective))
        }
        for end in ends {
            let error = #expect(throws: FreshetError.self) { _ = try end.get() }
            #expect(error?.kind == .usage && error?.message.contains("0.02") == true)
        }
    }
}

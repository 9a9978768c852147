import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

/// Students of a trained transformer.
@Suite struct DistillationTests {
    /// Nothing is held out: what comes last is what is measured.
    private static let data = TrainingData(dataset: SyntheticData.groups().dataset)

    private func configuration(_ change: (inout SequenceTransformer.Configuration) -> Void = { _ in })
        -> SequenceTransformer.Configuration
    {
        var configuration = SequenceTransformer.Configuration()
        configuration.channels = 16
        configuration.blocks = 1
        configuration.heads = 1
        configuration.maximumLength = 16
        configuration.relativePositions = 8
        configuration.dropout = 0
        configuration.attentionDropout = 0
        configuration.batchSize = 16
        configuration.epochs = 25
        configuration.patience = 25
        configuration.learningRate = 0.01
        configuration.averaging = 0
        change(&configuration)
        return configuration
    }

    private func session(seed: UInt64 = 1, threads: Int = 1) -> TrainingSession {
        TrainingSession(seed: seed, pool: ThreadPool(threads: threads))
    }

    private func student(
        of teacher: any Scorer,
        on data: TrainingData = data,
        seed: UInt64 = 1,
        _ change: (inout SequenceTransformer.Configuration) -> Void = { _ in }
    ) throws -> any Scorer {
        var student = SequenceTransformer(configuration: configuration(change))
        try student.learn(from: teacher)
        try student.fit(data, session: session(seed: seed))
        return student.makeScorer()
    }

    private func teacher(
        on data: TrainingData = data,
        _ change: (inout SequenceTransformer.Configuration) -> Void = { _ in }
    ) throws -> any Scorer {
        var model = SequenceTransformer(configuration: configuration(change))
        try model.fit(data, session: session(seed: 9))
        return model.makeScorer()
    }

    /// The same histories from their ends to their beginnings.
    private var backwards: TrainingData {
        let histories = (0..<Self.data.histories.userCount).map { user in
            Self.data.histories[UserIndex(user)].items.map(\.position).reversed() as [Int]
        }
        return TrainingData(dataset: SyntheticData.dataset(histories, itemCount: Self.data.itemCount))
    }

    /// For how many of the users both put the same item first.
    private func agreement(_ one: any Scorer, _ other: any Scorer) -> Int {
        (0..<Self.data.histories.userCount).count { user in
            let context = ScoringContext(user: nil, history: Self.data.histories[UserIndex(user)])
            func best(_ scorer: any Scorer) -> Int? {
                let scores = scorer.scores(for: context)
                return scores.indices.max { scores[$0] < scores[$1] }
            }
            return best(one) == best(other)
        }
    }

    /// A teacher of the way back: whoever learns from it alone goes back, whoever learns from the events goes on.
    @Test func aStudentLearnsItsTeachersOrder() throws {
        let teacher = try teacher(on: backwards) {
            $0.channels = 32; $0.blocks = 2; $0.heads = 2
        }
        let taught = try student(of: teacher) { $0.distillation = 1 }
        let alone = try student(of: teacher) { $0.distillation = 0 }
        let (agrees, others) = (agreement(teacher, taught), agreement(teacher, alone))
        #expect(agrees > others + 6, "\(agrees) and \(others) of 60")
    }

    @Test func theSameSeedGivesTheSameStudent() throws {
        let teacher = try teacher { $0.epochs = 2 }
        let students = try [1, 1, 2].map { seed in try student(of: teacher, seed: seed) { $0.epochs = 2 }.checkpoint() }
        #expect(students[0] == students[1] && students[0] != students[2])
    }

    @Test func aTeacherOfOtherItemsOrOfAnotherModelIsRefused() throws {
        let teacher = try teacher { $0.epochs = 1 }
        let other = TrainingData(dataset: SyntheticData.dataset([[0, 1, 2, 3]]))
        let error = try #require(throws: FreshetError.self) { try student(of: teacher, on: other) }
        #expect(error.kind == .usage && error.message.contains("other items"))
        var popularity = try ModelRegistry.model(named: "popularity").makeLearner(data: Self.data)
        try popularity.fit(Self.data, session: session())
        let stranger = try #require(throws: FreshetError.self) { try student(of: popularity.makeScorer()) }
        #expect(stranger.kind == .usage)
    }

    /// A teacher in fewer bits teaches what it was rounded to.
    @Test func aRoundedTeacherTeaches() throws {
        let rounded = try Compression(rows: .int8, layers: .int8)
            .applied(to: teacher { $0.epochs = 2 }, named: "it", on: Self.data, seed: 1)
        #expect(try student(of: rounded) { $0.epochs = 1 }.itemCount == Self.data.itemCount)
    }
}

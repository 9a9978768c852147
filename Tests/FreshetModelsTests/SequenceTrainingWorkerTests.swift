import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

@Suite struct SequenceTrainingWorkerTests {
    /// The steady state of training: after the first epoch no step asks the system for tensor memory.
    @Test(arguments: SequenceTransformer.Loss.allCases)
    func noTensorBufferIsAllocatedAfterWarmUp(loss: SequenceTransformer.Loss) {
        var configuration = SequenceTransformer.Configuration()
        configuration.channels = 16
        configuration.maximumLength = 20
        configuration.loss = loss
        configuration.negatives = 5
        configuration.batchSize = 8
        let dataset = SyntheticData.noise(users: 60, items: 50, meanLength: 25)
        let histories = dataset.histories
        let shape = SequenceTransformer.Shape(TrainingData(dataset: dataset), configuration)
        let network = SequenceNetwork(configuration, shape: shape, seed: 1)
        let sampler = NegativeSampler(histories, itemCount: 50)
        let worker = SequenceTrainingWorker(network, configuration, shape)
        var allocations: [Int] = []
        for epoch in 0..<4 {
            let windows = EpochWindows(histories, configuration, seed: 1, epoch: epoch)
            for (step, batch) in windows.batches(of: configuration.batchSize).enumerated() {
                worker.accumulate(
                    Array(batch),
                    of: histories,
                    for: .init(scale: 1),
                    sampler: sampler,
                    seed: 1,
                    step: step
                )
                worker.gradients.reset()
            }
            allocations.append(worker.allocations)
        }
        #expect(allocations[0] > 0)
        #expect(Set(allocations).count == 1, "\(allocations) after each epoch")
    }

    @Test(arguments: [SequenceTransformer.Windows.last, .all], [1, 7, 20])
    func windowsCoverHistories(windows: SequenceTransformer.Windows, length: Int) {
        var configuration = SequenceTransformer.Configuration()
        configuration.windows = windows
        configuration.maximumLength = length
        let histories = SyntheticData.noise(users: 30, items: 9, meanLength: 12).histories
        for epoch in 0..<3 {
            let all = EpochWindows(histories, configuration, seed: 2, epoch: epoch).batches(of: 4).joined()
            for user in 0..<histories.userCount {
                let mine = all.filter { $0.user.position == user }
                let inputs = histories[UserIndex(user)].count - 1
                let covered = mine.flatMap { Array($0.range) }.sorted()
                let expected = windows == .all ? Array(0..<inputs) : Array(max(0, inputs - length)..<inputs)
                #expect(covered == expected)
                #expect(mine.allSatisfy { $0.range.count <= length })
            }
        }
    }

    @Test func sharesAreBalancedAndComplete() {
        let windows = (0..<50).map { SequenceWindow(user: UserIndex($0), range: 0..<($0 * 7 % 200 + 1)) }
        let shares = SequenceWindow.shares(of: windows[...], workers: 3)
        #expect(shares.joined().map(\.user.position).sorted() == Array(0..<50))
        let loads = shares.map { $0.reduce(0) { $0 + $1.cost } }
        #expect(Double(loads.max()!) < 1.1 * Double(loads.min()!))
    }

    @Test func negativesAreDrawnByTheirStatedChance() {
        let histories = SyntheticData.noise(users: 200, items: 30, meanLength: 20).histories
        let sampler = NegativeSampler(histories, itemCount: 30)
        var random = RandomSource(seed: 4)
        let buffer = IndexBuffer()
        sampler.shared(200_000, into: buffer, using: &random)
        var counts = [Double](repeating: 0, count: 30)
        for item in buffer.indices { counts[Int(item)] += 1 }
        for item in 0..<30 {
            let expected = Double(exponential(sampler.logProbability[item])) * 200_000
            #expect(abs(counts[item] - expected) < 6 * expected.squareRoot() + 1)
        }
        #expect((0..<50).allSatisfy { _ in sampler.even(using: &random) { $0 < 15 } >= 15 })
    }
}

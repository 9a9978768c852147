import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// The training of a ``LightGCN``: each step passes over the whole graph, and learns from a batch of choices.
struct GraphTraining {
    private let configuration: LightGCN.Configuration
    private let data: TrainingData
    private let session: TrainingSession
    private let choices: SparseRows
    private let sampler: NegativeSampler
    let graph: GraphMatrix

    init(_ configuration: LightGCN.Configuration, data: TrainingData, session: TrainingSession) {
        (self.configuration, self.data, self.session) = (configuration, data, session)
        choices = SparseRows(
            interactions: data.histories,
            itemCount: data.itemCount,
            weight: .binary,
            pool: session.pool
        )
        sampler = NegativeSampler(data.histories, itemCount: data.itemCount)
        graph = GraphMatrix(of: choices)
    }

    /// Trains, and gives the vectors with the best validation.
    func run() throws -> GraphVectors {
        let (current, best) = (makeSet(), makeSet())
        let table = current.parameters[0]
        let gradients = Gradients(for: current)
        let tape = Tape(recordingInto: gradients)
        let optimizer = AdamW(current, weightDecay: configuration.weightDecay)
        let nodes = IndexBuffer()
        for node in 0..<table.rows { nodes.append(Int32(node)) }
        var batches = PairBatches(choices, size: configuration.batchSize)
        let loop = EpochLoop(
            epochs: configuration.epochs,
            patience: configuration.patience,
            data: data,
            session: session
        )
        try loop.run(
            learning: current,
            keeping: best,
            steps: batches.count,
            scorer: { GraphScorer(vectors(of: table), query: configuration.query) },
            step: { epoch, step in
                if step == 0 { batches.begin(RandomSource.stream(seed: session.seed, 0x6C4, UInt64(epoch))) }
                let pairs = batches.draw(step, sampler)
                let smoothed = smooth(tape.gather(table, nodes.indices), on: tape)
                let loss = tape.pairwiseLoss(
                    tape.selectRows(smoothed, pairs.users.indices),
                    better: tape.selectRows(smoothed, pairs.better.indices),
                    worse: tape.selectRows(smoothed, pairs.worse.indices),
                    scale: 1 / Float(pairs.users.count)
                )
                tape.backward()
                tape.reset()
                optimizer.step(gradients, rate: configuration.learningRate, gradientScale: 1, pool: session.pool)
                gradients.reset()
                return (loss, pairs.users.count)
            }
        )
        return vectors(of: best.parameters[0])
    }

    /// The learned vectors of all nodes, users before items.
    private func makeSet() -> ParameterSet {
        let set = ParameterSet()
        var random = RandomSource.stream(seed: session.seed, 0x6C)
        let rows = choices.rowCount + data.itemCount
        _ = set.make("nodes", rows: max(rows, 1), columns: configuration.factors, .normal(0.1), using: &random)
        return set
    }

    /// The mean of all layers, `[N, C]`.
    private func smooth(_ nodes: Tensor, on tape: Tape) -> Tensor {
        var (layer, sum) = (nodes, nodes)
        for _ in 0..<configuration.layers {
            layer = tape.graphProduct(graph, layer, threads: session.pool)
            sum = tape.add(sum, layer)
        }
        return tape.scale(sum, by: 1 / Float(configuration.layers + 1))
    }

    private func vectors(of table: Parameter) -> GraphVectors {
        GraphVectors(
            table,
            over: graph,
            userCount: choices.rowCount,
            layers: configuration.layers,
            pool: session.pool
        )
    }
}

extension GraphMatrix {
    /// The graph of who chose what, users before items; an edge counts one over the root of both degrees.
    init(of choices: SparseRows) {
        let items = choices.transposed()
        func degree(_ rows: SparseRows, _ row: Int) -> Float { Float(rows.offsets[row + 1] - rows.offsets[row]) }
        var columns: [Int32] = []
        var values: [Float] = []
        for (rows, others, shift) in [(choices, items, choices.rowCount), (items, choices, 0)] {
            for row in 0..<rows.rowCount {
                rows.forEach(of: row) { other, _ in
                    columns.append(Int32(other + shift))
                    values.append(1 / (degree(rows, row) * degree(others, other)).squareRoot())
                }
            }
        }
        let edges = choices.entryCount
        self.init(
            offsets: choices.offsets + items.offsets.dropFirst().map { $0 + edges },
            columns: columns,
            values: values
        )
    }
}

/// The choices of all users in batches, each with an item that the user did not choose.
private struct PairBatches {
    let users = IndexBuffer()
    let better = IndexBuffer()
    let worse = IndexBuffer()
    private let choices: SparseRows
    private let size: Int
    /// The user of each entry of the choices.
    private let owners: [Int32]
    private var order: [Int]
    private var random = RandomSource(seed: 0)

    init(_ choices: SparseRows, size: Int) {
        self.choices = choices
        self.size = size
        var owners: [Int32] = []
        for user in 0..<choices.rowCount {
            // Who chose everything teaches nothing.
            let count = choices.offsets[user + 1] - choices.offsets[user]
            owners += repeatElement(count < choices.columnCount ? Int32(user) : -1, count: count)
        }
        order = owners.indices.filter { owners[$0] >= 0 }
        self.owners = owners
    }

    /// How many batches an epoch has.
    var count: Int { (order.count + size - 1) / size }

    /// Shuffles the choices.
    mutating func begin(_ random: RandomSource) {
        self.random = random
        order.sort()
        order.shuffle(using: &self.random)
    }

    /// Fills the buffers with the numbers of nodes.
    mutating func draw(_ batch: Int, _ sampler: NegativeSampler) -> PairBatches {
        for buffer in [users, better, worse] { buffer.removeAll() }
        for entry in order[batch * size..<min((batch + 1) * size, order.count)] {
            let user = Int(owners[entry])
            let own = choices.columns[choices.offsets[user]..<choices.offsets[user + 1]]
            let other = sampler.even(using: &random) { item in own.containsInOrder(item) }
            users.append(Int32(user))
            better.append(choices.columns[entry] + Int32(choices.rowCount))
            worse.append(other + Int32(choices.rowCount))
        }
        return self
    }
}

extension ArraySlice<Int32> {
    /// Whether a number is among these, which ascend.
    fileprivate func containsInOrder(_ number: Int32) -> Bool {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < endIndex && self[low] == number
    }
}

import FreshetCore
import FreshetData
import FreshetTensor

/// Leaves out what of a trained transformer matters least: blocks, attention heads and feed-forward channels.
///
/// A head or a channel is worth the squared change of the loss that it would make to turn it off, to first order: the
/// product of its output with the loss's gradient there, squared and summed over passes (Molchanov and others,
/// "Importance estimation for neural network pruning", CVPR 2019). That product is the sum over the weights behind it of
/// weight × gradient, so one ordinary pass back tells it. Blocks are few, and worth what the loss grows by without them,
/// which is measured. Weights go with what they belong to: the network is smaller afterwards, not full of zeros.
struct SequencePruning {
    /// How many windows of the training events the loss is measured on.
    static let sampledWindows = 512
    /// How many of them make a pass.
    private static let windowsPerPass = 8

    private let histories: Histories
    private let sampler: NegativeSampler
    private let batches: [ArraySlice<SequenceWindow>]
    private let seed: UInt64

    /// What is left of a block.
    private struct Kept {
        var block: Int
        var heads: [Int]
        var channels: [Int]
    }

    /// Takes the events that the model was trained on.
    init(_ data: TrainingData, _ configuration: SequenceTransformer.Configuration, seed: UInt64) {
        histories = data.histories
        sampler = NegativeSampler(data.histories, itemCount: data.itemCount)
        let windows = EpochWindows(data.histories, configuration, seed: seed, epoch: 0)
        batches = Array(
            windows.batches(of: Self.windowsPerPass).prefix(Self.sampledWindows / Self.windowsPerPass)
        )
        self.seed = seed
    }

    /// A smaller model.
    ///
    /// - Parameters:
    ///   - scorer: a trained model.
    ///   - compression: what share of it goes.
    /// - Returns: what is left; it scores, and can be trained further.
    /// - Throws: ``FreshetError`` of kind `usage` when nothing would be left.
    func pruned(_ scorer: SequenceScorer, _ compression: Compression) throws -> SequenceScorer {
        var smaller = try withoutBlocks(scorer, count: compression.prunedBlocks)
        guard compression.prunedHeads > 0 || compression.prunedChannels > 0 else { return smaller }
        let worth = worth(of: smaller)
        let heads = Self.best(worth.map(\.heads), leavingOut: compression.prunedHeads)
        let channels = Self.best(worth.map(\.channels), leavingOut: compression.prunedChannels)
        smaller = Self.scorer(
            smaller,
            keeping: worth.indices.map { Kept(block: $0, heads: heads[$0], channels: channels[$0]) }
        )
        return smaller
    }

    /// Leaves out one block after the other, each time the one without which the loss is the least.
    private func withoutBlocks(_ scorer: SequenceScorer, count: Int) throws -> SequenceScorer {
        var scorer = scorer
        let blocks = scorer.shape.blockWidths(scorer.configuration).count
        guard count < blocks || count == 0 else {
            throw FreshetError(
                .usage,
                "The model has \(blocks) block\(blocks == 1 ? "" : "s"), so \(count) cannot go.",
                remedy: "Prune \(max(blocks - 1, 0)) at most."
            )
        }
        for _ in 0..<count {
            let all = scorer.shape.blockWidths(scorer.configuration).enumerated().map {
                Kept(block: $0, heads: Array(0..<$1.heads), channels: Array(0..<$1.hidden))
            }
            let shorter = all.indices.map { left in
                Self.scorer(scorer, keeping: all.filter { $0.block != left })
            }
            let losses = shorter.map(loss)
            scorer = shorter[losses.indices.min { losses[$0] < losses[$1] } ?? 0]
        }
        return scorer
    }

    /// The best of each block: as many as are left of all when a share goes, and one at least.
    ///
    /// - Parameters:
    ///   - worth: what each is worth, by block.
    ///   - share: the share of all that goes.
    /// - Returns: which stay, by block, ascending.
    static func best(_ worth: [[Double]], leavingOut share: Double) -> [[Int]] {
        var left = worth.map { Array($0.indices) }
        let all = worth.indices.flatMap { block in worth[block].indices.map { (block: block, place: $0) } }
        var toGo = Int((Double(all.count) * share).rounded(.down))
        let ascending = all.sorted {
            (worth[$0.block][$0.place], $0.block, $0.place) < (worth[$1.block][$1.place], $1.block, $1.place)
        }
        for (block, place) in ascending where toGo > 0 && left[block].count > 1 {
            left[block].removeAll { $0 == place }
            toGo -= 1
        }
        return left
    }
}

// MARK: - What parts are worth

extension SequencePruning {
    /// A network that learns from the sample without dropout, and its worker.
    private func rehearsed(_ scorer: SequenceScorer) -> (network: SequenceNetwork, worker: SequenceTrainingWorker) {
        var configuration = scorer.configuration
        (configuration.dropout, configuration.attentionDropout) = (0, 0)
        let network = SequenceNetwork(configuration, shape: scorer.shape, seed: nil)
        network.parameters.assign(from: scorer.network.parameters)
        return (network, SequenceTrainingWorker(network, configuration, scorer.shape))
    }

    /// Runs the sample through a network, pass by pass.
    private func run(_ worker: SequenceTrainingWorker, afterEach body: () -> Void) {
        for (step, batch) in batches.enumerated() {
            worker.accumulate(
                Array(batch),
                of: histories,
                for: .init(scale: 1),
                sampler: sampler,
                seed: seed,
                step: step
            )
            body()
            worker.gradients.reset()
        }
    }

    /// The loss on the sample, summed.
    private func loss(of scorer: SequenceScorer) -> Double {
        let worker = rehearsed(scorer).worker
        run(worker) {}
        return worker.takeLoss()
    }

    /// What every head and every channel of every block is worth.
    private func worth(of scorer: SequenceScorer) -> [(heads: [Double], channels: [Double])] {
        let (network, worker) = rehearsed(scorer)
        let byName = Dictionary(uniqueKeysWithValues: network.parameters.parameters.map { ($0.name, $0) })
        let widths = scorer.shape.blockWidths(scorer.configuration)
        var worth = widths.map {
            (heads: [Double](repeating: 0, count: $0.heads), channels: [Double](repeating: 0, count: $0.hidden))
        }
        run(worker) {
            for block in widths.indices {
                guard let output = byName["blocks.\(block).attention.output.weight"],
                    let contract = byName["blocks.\(block).feedForward.contract.weight"]
                else { preconditionFailure("block \(block) has other weights than a block") }
                Self.add(output, worker.gradients, to: &worth[block].heads)
                Self.add(contract, worker.gradients, to: &worth[block].channels)
            }
        }
        return worth
    }

    /// Adds what the inputs of a matrix would change by being off: each part is as many rows as the others.
    private static func add(_ weight: Parameter, _ gradients: Gradients, to worth: inout [Double]) {
        let gradient = gradients.dense(weight)
        let length = weight.count / worth.count
        for part in worth.indices {
            var change = 0.0
            for place in part * length..<(part + 1) * length {
                change += Double(weight.values[place]) * Double(gradient[place])
            }
            worth[part] += change * change
        }
    }
}

// MARK: - What is left

extension SequencePruning {
    private static func scorer(_ scorer: SequenceScorer, keeping kept: [Kept]) -> SequenceScorer {
        var shape = scorer.shape
        shape.widths = kept.map { TransformerBlock.Width(heads: $0.heads.count, hidden: $0.channels.count) }
        let old = Dictionary(uniqueKeysWithValues: scorer.network.parameters.parameters.map { ($0.name, $0) })
        let headWidth = scorer.configuration.channels / scorer.configuration.heads
        return SequenceScorer(scorer.configuration, shape, encoder: scorer.encoder) { left in
            for parameter in left.parameters {
                let part = parameter.name.split(separator: ".", maxSplits: 2)
                guard part.count == 3, part[0] == "blocks", let block = Int(part[1]) else {
                    guard let same = old[parameter.name] else { continue }
                    _ = parameter.values.update(from: same.values)
                    continue
                }
                guard let source = old["blocks.\(kept[block].block).\(part[2])"] else { continue }
                copy(source, into: parameter, of: String(part[2]), kept[block], headWidth: headWidth)
            }
        }
    }

    /// Copies what is left of one of a block's parameters.
    private static func copy(
        _ source: Parameter,
        into target: Parameter,
        of part: String,
        _ kept: Kept,
        headWidth: Int
    ) {
        let heads = kept.heads.flatMap { $0 * headWidth..<($0 + 1) * headWidth }
        let (rows, columns): ([Int]?, [Int]?)
        switch part.split(separator: ".").prefix(2).joined(separator: ".") {
        case "attention.query": (rows, columns) = (nil, heads)
        case "attention.keyValue": (rows, columns) = (nil, heads + heads.map { $0 + source.columns / 2 })
        case "attention.output": (rows, columns) = (part.hasSuffix("weight") ? heads : nil, nil)
        case "attention.relative": (rows, columns) = (kept.heads, nil)
        case "feedForward.expand", "feedForward.gate": (rows, columns) = (nil, kept.channels)
        case "feedForward.contract": (rows, columns) = (part.hasSuffix("weight") ? kept.channels : nil, nil)
        default: (rows, columns) = (nil, nil)
        }
        let (allRows, allColumns) = (rows ?? Array(0..<source.rows), columns ?? Array(0..<source.columns))
        precondition(
            allRows.count == target.rows && allColumns.count == target.columns,
            "\(source.name): \(allRows.count)×\(allColumns.count) of it for \(target.rows)×\(target.columns)"
        )
        for (row, oldRow) in allRows.enumerated() {
            for (column, oldColumn) in allColumns.enumerated() {
                target.values[row * target.columns + column] = source.values[oldRow * source.columns + oldColumn]
            }
        }
    }
}

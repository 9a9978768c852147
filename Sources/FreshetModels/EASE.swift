import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// A linear model of the whole catalogue in closed form: every item predicted from all the others.
///
/// With the interactions `X` and `P = (XᵀX + λI)⁻¹`, the weights are `B_ij = -P_ij / P_jj` and `B_ii = 0`; the scores of
/// a history are its row times `B` (Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019,
/// https://arxiv.org/abs/1905.03375). Departs in that older events may count less when scoring.
///
/// Time grows with the cube of the catalogue, memory with its square: 4 V² bytes, and as much again for a checkpoint
/// (12,000 items: 576 MB).
public struct EASE: Learner {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// λ, which keeps the weights small.
        public var regularization = 500.0
        /// Catalogues with more items than this are refused; the matrix takes `4 V²` bytes.
        public var maximumItems = 20_000
        /// Which of a user's items are asked about, and how they are weighted; an item counts once, by its last event.
        public var query = HistoryQuery()

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("regularization", regularization, in: 1e-6...1e9)
            try SettingRange.check("maximumItems", maximumItems, in: 1...100_000)
            try query.validate()
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "ease"
    /// One line for `--help`.
    public static let summary = "every item predicted from all the others, in closed form; up to 20,000 items"

    /// `recent` lets each item of a history count seven tenths of the next later one.
    public static var presets: [String: Configuration] {
        var recent = Configuration()
        recent.query.decay = 0.7
        return ["recent": recent]
    }

    /// The settings it was created with.
    public let configuration: Configuration
    private var itemCount = 0
    private var weights: [Float] = []

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Computes the weights.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        let V = data.itemCount
        guard V <= configuration.maximumItems else {
            throw FreshetError(
                .usage,
                "\(Self.name) is made for at most \(configuration.maximumItems) items; the data have \(V), which would "
                    + "take \(4 * V * V / 1_000_000) MB.",
                remedy: "Choose another model, or set maximumItems if the memory is there."
            )
        }
        try session.checkCancellation()
        session.report(TrainingProgress(phase: "counting pairs", completed: 0, total: 2))
        itemCount = V
        weights = [Float](repeating: 0, count: V * V)
        let users = SparseRows(interactions: data.histories, itemCount: V, weight: .binary, pool: session.pool)
        let items = users.transposed()
        let solved = weights.withUnsafeMutableBufferPointer { buffer in
            guard let P = buffer.baseAddress else { return true }
            session.pool.forEach(V) { item, _ in
                Self.addPairs(of: item, items, users, to: P + item * V)
                P[item * V + item] += Float(configuration.regularization)
            }
            session.report(TrainingProgress(phase: "inverting", completed: 1, total: 2))
            guard SymmetricInverse.invert(P, count: V, pool: session.pool, isCancelled: session.isCancelled) else {
                return false
            }
            let scales = (0..<V).map { -1 / P[$0 * V + $0] }
            session.pool.forEach(V) { item, _ in
                for other in 0..<V { P[item * V + other] *= scales[other] }
                P[item * V + item] = 0
            }
            return true
        }
        try session.checkCancellation()
        guard solved, weights.allSatisfy(\.isFinite) else {
            throw FreshetError(
                .usage,
                "The equations of \(Self.name) have no stable solution with regularization "
                    + "\(configuration.regularization).",
                remedy: "Use a larger regularization, such as 500."
            )
        }
        session.report(TrainingProgress(phase: "inverting", completed: 2, total: 2))
    }

    /// Adds an item's row of `XᵀX` up to the diagonal.
    private static func addPairs(
        of item: Int,
        _ items: SparseRows,
        _ users: SparseRows,
        to row: UnsafeMutablePointer<Float>
    ) {
        users.columns.withUnsafeBufferPointer { columns in
            for entry in items.offsets[item]..<items.offsets[item + 1] {
                let user = Int(items.columns[entry])
                for place in users.offsets[user]..<users.offsets[user + 1] {
                    let other = Int(columns[place])
                    if other > item { break }
                    row[other] += 1
                }
            }
        }
    }

    /// The trained model.
    public func makeScorer() -> any Scorer {
        EASEScorer(itemCount: itemCount, weights: weights, query: configuration.query)
    }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        let weights = try checkpoint.finiteNumbers("weights", shape: [nil, nil])
        let itemCount = checkpoint.arrays["weights"]?.shape.first ?? 0
        guard weights.count == itemCount * itemCount else {
            throw FreshetError(.invalidData, "Array 'weights' is not square: \(weights.count) numbers.")
        }
        return EASEScorer(itemCount: itemCount, weights: weights, query: configuration.query)
    }
}

/// Scores by adding up rows of a dense matrix.
struct EASEScorer: Scorer {
    let itemCount: Int
    /// Row `i`: what item `i` says of every other, shape `[V, V]`.
    let weights: [Float]
    let query: HistoryQuery
    private let scratch = ScratchBuffers()

    init(itemCount: Int, weights: [Float], query: HistoryQuery) {
        self.itemCount = itemCount
        self.weights = weights
        self.query = query
    }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        precondition(scores.count == contexts.count * itemCount, "\(scores.count) scores of \(contexts.count) contexts")
        guard var target = scores.baseAddress else { return }
        scores.update(repeating: 0)
        scratch.withZeros(itemCount) { zeros in
            weights.withUnsafeBufferPointer { weights in
                guard let rows = weights.baseAddress else { return }
                for context in contexts {
                    query.forEachItem(of: context.history, zeros: zeros) { item, weight in
                        freshet_axpy(target, rows + item * itemCount, weight, itemCount)
                    }
                    target += itemCount
                }
            }
        }
    }

    /// What the item says of the others.
    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        _ = scores.update(fromContentsOf: weights[(item.position * itemCount)..<((item.position + 1) * itemCount)])
    }

    func checkpoint() -> Checkpoint {
        Checkpoint(arrays: ["weights": StoredArray(weights, shape: [itemCount, itemCount])])
    }
}

import Foundation
import FreshetCore
import FreshetNN

/// Learns the fusion weights online: softmax cross-entropy over the candidates, the item that came as the target.
///
/// Adagrad (Duchi, Hazan and Singer, 2011, https://jmlr.org/papers/v12/duchi11a.html) with a floor under the rate, so
/// that the weights keep following the stream, and bounded steps, so that no single event moves them far.
public struct FusionTrainer: Sendable {
    /// The settings.
    public struct Configuration: Codable, Sendable, Equatable {
        /// The length of Adagrad's first step.
        public var rate: Float = 0.05
        /// The decay of the squared gradients; 1 is plain Adagrad.
        public var memory: Float = 0.9999
        /// The largest change of a weight by one event.
        public var largestStep: Float = 0.05

        /// The defaults.
        public init() {}
    }

    /// The settings it was created with.
    public let configuration: Configuration
    /// The weights now.
    public private(set) var weights: FusionWeights
    /// How many events it learned.
    public private(set) var eventCount: Int64 = 0

    private var squares: [SIMD8<Float>]

    /// Starts from weights.
    public init(weights: FusionWeights = FusionWeights(), configuration: Configuration = Configuration()) {
        self.weights = weights
        self.configuration = configuration
        squares = Array(repeating: SIMD8(repeating: 1), count: weights.values.count)
    }

    /// Learns which candidate came.
    ///
    /// - Parameters:
    ///   - item: the item of the event.
    ///   - set: the candidates as they were before the event, their features as collected; its scores are overwritten.
    /// - Returns: the loss, −ln of the softmax probability that the item had; `nil` when it was no candidate, from
    ///   which nothing can be learned.
    @discardableResult
    public mutating func learn(_ item: ItemIndex, among set: CandidateSet) -> Float? {
        guard let target = set.index(of: item) else { return nil }
        CandidateRanker.rank(set, with: weights)
        let scores = UnsafeBufferPointer(start: set.scores.start, count: set.count)
        let highest = scores.max() ?? 0
        var total: Float = 0
        let B = CandidateFeature.blocks
        var gradient = InlineArray<3, SIMD8<Float>>(repeating: .zero)
        for index in 0..<set.count {
            let mass = exp(scores[index] - highest)
            total += mass
            for block in 0..<B { gradient[block] += mass * set.rows.start[index * B + block] }
        }
        let first = set.segment.rawValue * B
        for block in 0..<B {
            let slope = gradient[block] / total - set.rows.start[target * B + block]
            // The floor keeps the rate of a feature finite that has not been seen for long.
            let square = squares[first + block] * configuration.memory + slope * slope + 1e-6
            squares[first + block] = square
            let step = (configuration.rate * slope / square.squareRoot())
                .clamped(
                    lowerBound: SIMD8(repeating: -configuration.largestStep),
                    upperBound: SIMD8(repeating: configuration.largestStep)
                )
            weights.add(-step, to: block, of: set.segment)
        }
        eventCount += 1
        return log(total) + highest - scores[target]
    }
}

extension FusionTrainer {
    private static let layout = "freshet-fusion-1"
    private static var features: String { CandidateFeature.allCases.map { "\($0)" }.joined(separator: ",") }

    /// The state as named arrays.
    public func checkpoint() -> Checkpoint {
        Checkpoint(
            arrays: [
                "weights": weights.array,
                "squares": StoredArray(squares.flatMap { square in square.indices.map { square[$0] } }),
                "eventCount": StoredArray([eventCount]),
            ],
            metadata: ["layout": Self.layout, "features": Self.features]
        )
    }

    /// Restores the state of a checkpoint.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is no such state, or one of other features.
    public init(from checkpoint: Checkpoint, configuration: Configuration = Configuration()) throws {
        guard checkpoint.metadata["layout"] == Self.layout, checkpoint.metadata["features"] == Self.features else {
            throw FreshetError(.invalidData, "The checkpoint does not hold fusion weights of these features.")
        }
        self.init(weights: try FusionWeights(from: checkpoint, name: "weights"), configuration: configuration)
        let squares = try checkpoint.finiteNumbers("squares", shape: [self.squares.count * 8])
        guard squares.allSatisfy({ $0 > 0 }),
            let eventCount = try checkpoint.numbers("eventCount", of: Int64.self, shape: [1]).first
        else { throw FreshetError(.invalidData, "The checkpoint's fusion state is damaged.") }
        for index in squares.indices { self.squares[index / 8][index % 8] = squares[index] }
        self.eventCount = eventCount
    }
}

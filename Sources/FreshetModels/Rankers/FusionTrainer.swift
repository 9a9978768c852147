import CFreshetKernels
import Foundation
import FreshetCore
import FreshetNN

/// Learns the fusion weights online: softmax cross-entropy over the candidates, the item that came as the target.
///
/// An online Newton method, that is the extended Kalman filter of a softmax regression: beside the weights stands the
/// sum `H` of the Fisher information of the events learned, the covariance of the terms under the softmax, and an event
/// moves the weights by `H⁻¹` times its gradient. The terms are many and alike (one item's popularity at five
/// half-lives), where steps along the gradient alone take tens of thousands of events to find what this finds in
/// hundreds. Older information fades, so that the weights keep following the stream; steps are bounded.
public struct FusionTrainer: Sendable {
    /// The settings.
    public typealias Configuration = RankerSettings

    /// The settings it was created with.
    public let configuration: Configuration
    /// The weights now.
    public private(set) var weights: FusionWeights
    /// How many events it learned.
    public private(set) var eventCount: Int64 = 0

    /// The Fisher information for each segment, shape `[stride, stride]`.
    ///
    /// In double precision: the terms are nearly dependent, and sums of many events would lose what tells them apart.
    private var information: [[Double]]

    /// Starts from weights.
    public init(weights: FusionWeights = FusionWeights(), configuration: Configuration = Configuration()) {
        self.weights = weights
        self.configuration = configuration
        information = CandidateSegment.allCases.map { _ in
            Array(repeating: 0, count: weights.table.stride * weights.table.stride)
        }
    }

    /// The trainer for another transformer: the weights of the counts are kept, that of its score is learned anew.
    ///
    /// A first transformer begins with what the counts are worth without one, at a part of the certainty, as they will
    /// share with it, and with nothing for its score.
    ///
    /// - Parameter weights: the weights to begin with; those of now unless given.
    /// - Returns: a trainer that has learned no event yet.
    public func anew(from weights: FusionWeights?) -> FusionTrainer {
        var trainer = self
        let weights = weights ?? self.weights
        // A state of before texts were read has fewer terms than are learned now, and one of after may have more.
        let table = weights.table.stride > self.weights.table.stride ? weights.table : self.weights.table
        trainer.fit(to: table)
        trainer.weights = weights.fitted(to: table)
        trainer.eventCount = 0
        for segment in CandidateSegment.allCases {
            trainer.inherit(segment)
            trainer.forgetTransformer(in: segment)
        }
        return trainer
    }

    /// What of the certainty without a transformer is kept for a first one.
    private static let inherited = 0.2

    /// Where nothing was learned with a transformer, but without one, begins with that.
    private mutating func inherit(_ segment: CandidateSegment) {
        guard let twin = segment.withoutTransformer, weights.areLearned(in: twin), !weights.areLearned(in: segment)
        else { return }
        weights.copy(from: twin, to: segment)
        information[segment.rawValue] = information[twin.rawValue].map { Self.inherited * $0 }
    }

    private mutating func forgetTransformer(in segment: CandidateSegment) {
        let S = weights.table.stride
        for term in weights.table.ofModel {
            for other in 0..<S {
                information[segment.rawValue][term * S + other] = 0
                information[segment.rawValue][other * S + term] = 0
            }
        }
    }

    /// Goes over to the terms of another table, by name: of those that it adds nothing is known.
    public mutating func fit(to table: FeatureTable) {
        guard table !== weights.table else { return }
        let (S, old) = (table.stride, weights.table.stride)
        let places = table.places(in: weights.table)
        information = information.map { known in
            var fitted = [Double](repeating: 0, count: S * S)
            for (row, from) in places.enumerated() where from >= 0 {
                for (column, place) in places.enumerated() where place >= 0 {
                    fitted[row * S + column] = known[from * old + place]
                }
            }
            return fitted
        }
        weights = weights.fitted(to: table)
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
        fit(to: set.table)
        CandidateRanker.rank(set, with: weights)
        return learn(target, of: set)
    }

    /// Learns which candidate came among those that are ranked, also by more than these weights.
    ///
    /// - Parameters:
    ///   - target: the candidate's place.
    ///   - set: the candidates, with features of the trainer's table; their scores become their probabilities.
    /// - Returns: the loss.
    mutating func learn(_ target: Int, of set: CandidateSet) -> Float {
        let masses = UnsafeMutableBufferPointer(start: set.scores.start, count: set.count)
        let highest = masses.max() ?? 0
        var total: Float = 0
        for index in masses.indices {
            masses[index] = expf(masses[index] - highest)
            total += masses[index]
        }
        for index in masses.indices { masses[index] /= total }
        let S = weights.table.stride
        withUnsafeTemporaryAllocation(of: Float.self, capacity: S + S * S) { scratch in
            scratch.initialize(repeating: 0)
            let (mean, covariance) = (scratch.baseAddress!, scratch.baseAddress! + S)
            freshet_weighted_sum(mean, set.values, masses.baseAddress!, masses.count, S)
            // Candidates of next to no probability say next to nothing.
            freshet_add_covariance(covariance, set.values, masses.baseAddress!, mean, masses.count, S, 2e-4)
            inform(set.segment, covariance)
            for term in 0..<S { mean[term] = set.values[target * S + term] - mean[term] }
            step(set.segment, along: mean)
        }
        eventCount += 1
        return -logf(max(masses[target], .leastNormalMagnitude))
    }

    /// Adds an event's information to that of its segment.
    private mutating func inform(_ segment: CandidateSegment, _ covariance: UnsafePointer<Float>) {
        let memory = Double(configuration.memory)
        information[segment.rawValue].withUnsafeMutableBufferPointer { information in
            for place in information.indices {
                information[place] = memory * information[place] + Double(covariance[place])
            }
        }
    }

    /// Moves the weights by `(H + prior · I)⁻¹` times the gradient, through Cholesky's factor.
    private mutating func step(_ segment: CandidateSegment, along gradient: UnsafePointer<Float>) {
        let S = weights.table.stride
        let prior = Double(configuration.prior)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: S * S + S) { scratch in
            let (factor, change) = (scratch.baseAddress!, scratch.baseAddress! + S * S)
            _ = scratch.initialize(from: information[segment.rawValue])
            for row in 0..<S {
                let left = factor + row * S
                left[row] += prior
                change[row] = Double(gradient[row])
                for column in 0..<row {
                    let above = factor + column * S
                    var sum = left[column]
                    for k in 0..<column { sum -= left[k] * above[k] }
                    left[column] = sum / above[column]
                    left[row] -= left[column] * left[column]
                    change[row] -= left[column] * change[column]
                }
                left[row] = max(left[row], 0.1 * prior).squareRoot()
                change[row] /= left[row]
            }
            for row in (0..<S).reversed() {
                change[row] /= factor[row * S + row]
                for k in 0..<row { change[k] -= factor[row * S + k] * change[row] }
            }
            let limit = configuration.largestStep
            for term in 0..<S { weights.add(min(max(Float(change[term]), -limit), limit), to: term, of: segment) }
        }
    }
}

extension FusionTrainer {
    private static let layout = "freshet-fusion-3"

    /// The state as named arrays.
    public func checkpoint() -> Checkpoint {
        let S = weights.table.stride
        return Checkpoint(
            arrays: [
                "weights": weights.array,
                "information": StoredArray(Array(information.joined()), shape: [information.count, S, S]),
                "eventCount": StoredArray([eventCount]),
            ],
            metadata: ["layout": Self.layout, "terms": weights.table.names.joined(separator: ",")]
        )
    }

    /// Restores the state of a checkpoint, whatever terms it was made with: they are known by their names.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is not such a state, or is damaged.
    public init(from checkpoint: Checkpoint, configuration: Configuration = Configuration()) throws {
        let names = (checkpoint.metadata["terms"] ?? "").split(separator: ",").map(String.init)
        guard checkpoint.metadata["layout"] == Self.layout, !names.isEmpty, Set(names).count == names.count else {
            throw FreshetError(.invalidData, "The checkpoint does not hold fusion weights.")
        }
        let table = FeatureTable.counts.names == names ? .counts : FeatureTable(alone: names)
        let weights = try FusionWeights(from: checkpoint, name: "weights", table: table)
        self.init(weights: weights, configuration: configuration)
        let S = table.stride
        let numbers = try checkpoint.numbers("information", of: Double.self, shape: [information.count, S, S])
        for index in information.indices { information[index] = Array(numbers[index * S * S..<(index + 1) * S * S]) }
        guard numbers.allSatisfy(\.isFinite),
            let eventCount = try checkpoint.numbers("eventCount", of: Int64.self, shape: [1]).first
        else {
            throw FreshetError(.invalidData, "The checkpoint's fusion state is damaged.")
        }
        self.eventCount = eventCount
        // The rows of the counts come first in every table, also where an older state had fewer or others.
        if table !== FeatureTable.counts { fit(to: FeatureTable(names: names)) }
    }
}

extension FusionTrainer: RankerLearner {
    /// Starts with weights; with those that a system starts with unless given.
    public init(from ranker: FusionWeights?, settings: RankerSettings) {
        self.init(weights: ranker ?? FusionWeights(), configuration: settings)
    }

    /// The fusion's part of a factorization machine.
    public static func adopted(_ ranker: any LearnedRanker) -> FusionWeights? {
        (ranker as? FactorizationRanker)?.fusion
    }

    /// Restores the state of a checkpoint.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is not such a state, or is damaged.
    public init(restoring checkpoint: Checkpoint, settings: RankerSettings) throws {
        try self.init(from: checkpoint, configuration: settings)
    }

    /// The weights now.
    public var ranker: FusionWeights { weights }
}

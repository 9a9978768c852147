import FreshetCore
import FreshetNN

/// The weights of the fused score: one vector over features and their products for each ``CandidateSegment``.
public struct FusionWeights: Sendable, Equatable {
    /// Shape `[segments, stride]`.
    private var values: [Float]

    /// Creates the weights that a system starts with.
    public init() {
        values = Array(repeating: 0, count: CandidateSegment.allCases.count * FusionTerms.stride)
        for segment in CandidateSegment.allCases {
            for (feature, weight) in Self.start(for: segment) { self[feature, segment] = weight }
        }
    }

    /// The weight of a feature in a segment.
    public subscript(feature: CandidateFeature, segment: CandidateSegment) -> Float {
        get { values[segment.rawValue * FusionTerms.stride + feature.rawValue] }
        set { values[segment.rawValue * FusionTerms.stride + feature.rawValue] = newValue }
    }

    /// Good enough for the first request; what an online learner then makes of them is the stream's.
    private static func start(for segment: CandidateSegment) -> [CandidateFeature: Float] {
        let popular: [CandidateFeature: Float] = [.popularity1: 0.5, .popularity2: 0.3, .popularity4: 0.2]
        let visited: [CandidateFeature: Float] = [
            .popularity1: 0.3, .coVisitation: 0.8, .coVisitationOfLast: 0.2, .ownInSession: -2, .ownNewest: -1,
        ]
        if segment == .noHistory { return popular }
        return segment.withoutTransformer == nil ? visited : visited.merging([.transformer: 0.5]) { $1 }
    }

    /// The weights of a segment, `stride` of them.
    func vector(of segment: CandidateSegment) -> ArraySlice<Float> {
        values[segment.rawValue * FusionTerms.stride..<(segment.rawValue + 1) * FusionTerms.stride]
    }

    /// Whether the weights of a segment are others than a system starts with.
    func areLearned(in segment: CandidateSegment) -> Bool { vector(of: segment) != FusionWeights().vector(of: segment) }

    /// Gives a segment the weights of another.
    mutating func copy(from source: CandidateSegment, to segment: CandidateSegment) {
        let S = FusionTerms.stride
        values.replaceSubrange(segment.rawValue * S..<(segment.rawValue + 1) * S, with: vector(of: source))
    }

    /// Changes one weight of a segment.
    mutating func add(_ change: Float, to term: Int, of segment: CandidateSegment) {
        values[segment.rawValue * FusionTerms.stride + term] += change
    }
}

extension FusionWeights {
    /// The weights as an array.
    var array: StoredArray { StoredArray(values, shape: [CandidateSegment.allCases.count, FusionTerms.stride]) }

    /// Weights from an array of a checkpoint.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is missing or of another shape.
    init(from checkpoint: Checkpoint, name: String) throws {
        let shape = [CandidateSegment.allCases.count, FusionTerms.stride]
        values = try checkpoint.finiteNumbers(name, shape: shape)
    }
}

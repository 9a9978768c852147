import FreshetCore
import FreshetNN

/// The weights of the fused score: one vector over ``CandidateFeature`` for each ``CandidateSegment``.
public struct FusionWeights: Sendable, Equatable {
    /// Shape `[segments, blocks]`.
    private(set) var values: [SIMD8<Float>]

    /// Creates the weights that a system starts with.
    public init() {
        values = Array(repeating: .zero, count: CandidateSegment.allCases.count * CandidateFeature.blocks)
        for segment in CandidateSegment.allCases {
            for (feature, weight) in Self.start(for: segment) { self[feature, segment] = weight }
        }
    }

    /// The weight of a feature in a segment.
    public subscript(feature: CandidateFeature, segment: CandidateSegment) -> Float {
        get { values[segment.rawValue * CandidateFeature.blocks + feature.rawValue / 8][feature.rawValue % 8] }
        set {
            values[segment.rawValue * CandidateFeature.blocks + feature.rawValue / 8][feature.rawValue % 8] = newValue
        }
    }

    /// Good enough for the first request; what an online learner then makes of them is the stream's.
    private static func start(for segment: CandidateSegment) -> [CandidateFeature: Float] {
        let popular: [CandidateFeature: Float] = [.popularity1: 0.5, .popularity2: 0.3, .popularity4: 0.2]
        let visited: [CandidateFeature: Float] = [
            .popularity1: 0.3, .coVisitation: 0.8, .coVisitationOfLast: 0.2, .ownInSession: -2, .ownNewest: -1,
        ]
        if segment == .noHistory { return popular }
        let hasTransformer = segment.rawValue >= CandidateSegment.shortInSessionWithTransformer.rawValue
        return hasTransformer ? visited.merging([.transformer: 0.5]) { $1 } : visited
    }

    /// The weights of a segment, `blocks` of them.
    func vector(of segment: CandidateSegment) -> ArraySlice<SIMD8<Float>> {
        values[segment.rawValue * CandidateFeature.blocks..<(segment.rawValue + 1) * CandidateFeature.blocks]
    }

    /// Changes one block of a segment's weights.
    mutating func add(_ change: SIMD8<Float>, to block: Int, of segment: CandidateSegment) {
        values[segment.rawValue * CandidateFeature.blocks + block] += change
    }
}

extension FusionWeights {
    private static var shape: [Int] { [CandidateSegment.allCases.count, CandidateFeature.allCases.count] }

    /// The weights as an array, segment by segment.
    var array: StoredArray {
        StoredArray(
            CandidateSegment.allCases.flatMap { segment in
                CandidateFeature.allCases.map { self[$0, segment] }
            },
            shape: Self.shape
        )
    }

    /// Weights from an array of a checkpoint.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is missing or of another shape.
    init(from checkpoint: Checkpoint, name: String) throws {
        self.init()
        var numbers = try checkpoint.finiteNumbers(name, shape: Self.shape)[...]
        for segment in CandidateSegment.allCases {
            for feature in CandidateFeature.allCases { self[feature, segment] = numbers.removeFirst() }
        }
    }
}

import FreshetCore
import FreshetNN

/// The weights of the fused score: one vector over the terms of a ``FeatureTable`` for each ``CandidateSegment``.
public struct FusionWeights: Sendable {
    /// What they weigh.
    public private(set) var table: FeatureTable
    /// Shape `[segments, stride]`.
    private var values: [Float]

    /// Creates the weights that a system starts with.
    public init(table: FeatureTable = .counts) {
        self.table = table
        values = []
        for segment in CandidateSegment.allCases {
            values += segment == .noHistory ? table.firstStarts : table.starts
            for (feature, weight) in Self.start(for: segment) { self[feature, segment] = weight }
        }
    }

    /// The weight of a feature in a segment.
    public subscript(feature: CandidateFeature, segment: CandidateSegment) -> Float {
        get { values[segment.rawValue * table.stride + feature.rawValue] }
        set { values[segment.rawValue * table.stride + feature.rawValue] = newValue }
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
        values[segment.rawValue * table.stride..<(segment.rawValue + 1) * table.stride]
    }

    /// Whether the weights of a segment are others than a system starts with.
    func areLearned(in segment: CandidateSegment) -> Bool {
        vector(of: segment) != FusionWeights(table: table).vector(of: segment)
    }

    /// Gives a segment the weights of another.
    mutating func copy(from source: CandidateSegment, to segment: CandidateSegment) {
        let S = table.stride
        values.replaceSubrange(segment.rawValue * S..<(segment.rawValue + 1) * S, with: vector(of: source))
    }

    /// Changes one weight of a segment.
    mutating func add(_ change: Float, to term: Int, of segment: CandidateSegment) {
        values[segment.rawValue * table.stride + term] += change
    }

    /// The weights of the terms of another table, by name: those that it adds begin as a system starts, those that it lacks
    /// are gone.
    public func fitted(to table: FeatureTable) -> FusionWeights {
        guard table !== self.table else { return self }
        var fitted = FusionWeights(table: table)
        let places = table.places(in: self.table)
        for segment in CandidateSegment.allCases {
            let (first, old) = (segment.rawValue * table.stride, segment.rawValue * self.table.stride)
            for (term, place) in places.enumerated() where place >= 0 {
                fitted.values[first + term] = values[old + place]
            }
        }
        return fitted
    }
}

extension FusionWeights: Equatable {
    /// Whether both weigh the same terms alike.
    public static func == (left: FusionWeights, right: FusionWeights) -> Bool {
        (left.table === right.table || left.table.names == right.table.names) && left.values == right.values
    }
}

extension FusionWeights {
    /// The weights as an array.
    var array: StoredArray { StoredArray(values, shape: [CandidateSegment.allCases.count, table.stride]) }

    /// Weights from an array of a checkpoint.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is missing or of another shape.
    init(from checkpoint: Checkpoint, name: String, table: FeatureTable) throws {
        self.table = table
        values = try checkpoint.finiteNumbers(name, shape: [CandidateSegment.allCases.count, table.stride])
    }
}

extension FusionWeights: LearnedRanker {
    /// The name in the registry of rankers.
    public static let name = "linear-fusion"

    /// Computes the fused scores: a product of two vectors for each candidate.
    public func rank(_ set: CandidateSet) { CandidateRanker.rank(set, with: self) }

    /// The state: that of a ``FusionTrainer`` that knows nothing but its weights.
    public func checkpoint() -> Checkpoint { FusionTrainer(weights: self).checkpoint() }

    /// The weights of a state of a ``FusionTrainer``.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is not such a state, or is damaged.
    public init(from checkpoint: Checkpoint) throws { self = try FusionTrainer(from: checkpoint).weights }
}

/// What the fused score is linear in: every ``CandidateFeature`` and products of some of them.
///
/// A sum of logarithms alone cannot say that an item that follows the newest one counts double when it is the user's
/// own, nor that evidence counts for more where there is much of it. The products are of features brought to a common
/// scale by fixed numbers; which ones earn their place was read off the first fifth of MovieTweetings and Online Retail.
enum FusionTerms {
    private typealias Feature = CandidateFeature

    /// The pairs whose product is a term.
    static let products: [(CandidateFeature, CandidateFeature)] = [
        (.popularity0, .popularity0), (.popularity1, .popularity1), (.popularity2, .popularity2),
        (.popularity3, .popularity3), (.popularity4, .popularity4), (.coVisitation, .coVisitation),
        (.coVisitationOfLast, .coVisitationOfLast), (.itemAge, .itemAge), (.itemIdle, .itemIdle),
        (.ownAgeInEvents, .ownAgeInEvents), (.ownAgeInDays, .ownAgeInDays), (.transformer, .transformer),
        (.coVisitation, .coVisitationOfLast), (.coVisitation, .popularity1), (.coVisitation, .popularity4),
        (.coVisitation, .own), (.coVisitation, .itemIdle), (.coVisitationOfLast, .own),
        (.popularity1, .popularity4), (.popularity0, .popularity2), (.popularity2, .own), (.popularity2, .itemAge),
        (.popularity2, .itemIdle), (.transformer, .coVisitation), (.transformer, .coVisitationOfLast),
        (.transformer, .popularity2),
    ]

    /// How many terms there are.
    static let count = CandidateFeature.allCases.count + products.count
    /// The length of a vector of terms, filled up with zeros to whole registers of eight.
    static let blocks = (count + 7) / 8
    static let stride = 8 * blocks

    /// The terms that what the transformer says is part of.
    static let ofTransformer: [Int] = {
        let said: Set<CandidateFeature> = [.transformer, .unknownToTransformer, .transformerRank]
        return said.map(\.rawValue).sorted()
            + products.indices.filter { said.contains(products[$0].0) || said.contains(products[$0].1) }
            .map { CandidateFeature.allCases.count + $0 }
    }()

    /// The names of the terms in their order.
    static var names: [String] {
        CandidateFeature.allCases.map { "\($0)" } + products.map { "\($0) \($1)" }
    }

    /// Writes the products behind the features of every row.
    static func writeProducts(_ rows: UnsafeMutablePointer<Float>, count: Int) {
        let features = CandidateFeature.allCases.count
        scales.withUnsafeBufferPointer { scales in
            places.withUnsafeBufferPointer { places in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: features) { scaled in
                    for index in 0..<count {
                        let row = rows + index * stride
                        for feature in 0..<features {
                            scaled[feature] = (row[feature] - scales[feature].center) * scales[feature].factor
                        }
                        for (index, place) in places.enumerated() {
                            row[features + index] = scaled[place.first] * scaled[place.second]
                        }
                    }
                }
            }
        }
    }

    private static let places = products.map { (first: $0.rawValue, second: $1.rawValue) }
    private static let scales: [(center: Float, factor: Float)] = CandidateFeature.allCases.map(scale)

    /// The middle of what a transformer says.
    static let middleOfTransformer: Float = -6

    /// Roughly the middle of a feature and one over its spread.
    private static func scale(of feature: CandidateFeature) -> (center: Float, factor: Float) {
        switch feature {
        case .transformer: (middleOfTransformer, 1 / 3)
        case .popularity0, .popularity1, .popularity2, .popularity3, .popularity4: (1.5, 0.5)
        case .coVisitation, .coVisitationOfLast: (-5, 1 / 3)
        case .ownAgeInEvents, .ownAgeInDays: (1, 0.6)
        case .itemAge, .itemIdle: (3, 0.5)
        default: (0, 1)
        }
    }
}

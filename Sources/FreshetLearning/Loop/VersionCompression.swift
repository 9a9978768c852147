import FreshetModels
import FreshetTensor

/// How many bits the numbers of the models have that predict, compete and answer; what learns beside them keeps floats.
///
/// A line of weights (``LearningLoop``) is rounded whenever it is shown: to the gates as to requests. So what is judged is
/// what will answer.
public enum VersionCompression: String, Sendable, Codable, CaseIterable {
    /// Floats.
    case none
    /// Item rows and layers in 8 bits.
    case int8
    /// Item rows in 4 bits, layers in 8.
    case int4

    /// A model as it is shown; one that cannot be rounded, or is already, stays as it is.
    func applied(to scorer: any Scorer) -> any Scorer {
        guard let scorer = scorer as? any CompressibleScorer else { return scorer }
        return switch self {
        case .none: scorer
        case .int8: scorer.rounded(rows: .int8, layers: .int8)
        case .int4: scorer.rounded(rows: .int4, layers: .int8)
        }
    }
}

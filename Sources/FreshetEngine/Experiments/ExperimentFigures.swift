import FreshetCore
import FreshetExperiments

/// What an experiment has shown so far.
public enum ExperimentFigures: Sendable, Equatable {
    /// The metrics of each variant beside the first one's.
    case comparison(ExperimentReport)
    /// Whose places users click in answers of all variants.
    case preference(InterleavingReport)

    /// The verdict.
    public var verdict: Verdict {
        switch self {
        case .comparison(let report): report.verdict
        case .preference(let report): report.verdict
        }
    }

    /// The variant that the verdict is about, if it is about one.
    public var variant: String? {
        switch self {
        case .comparison(let report): report.variant
        case .preference(let report): report.variant
        }
    }

    /// What changed, how sure that is, and what to do next.
    public var words: String {
        switch self {
        case .comparison(let report): report.words
        case .preference(let report): report.words
        }
    }
}

extension Engine {
    /// What an experiment has shown so far, of all that is older than half a second.
    ///
    /// `nil` just after its beginning or a start, while it is read what its users were like before.
    /// - Throws: ``FreshetError`` of kind `notFound` for an unknown one.
    public func figures(ofExperiment id: String) throws -> ExperimentFigures? {
        feedback.figures(of: try experiment(id))
    }

    /// A decision, with what is known at this moment.
    ///
    /// - Parameters:
    ///   - served: the experiment.
    ///   - winner: the variant; what the verdict names as better, else the first, when `nil`.
    /// - Returns: the decision.
    /// - Throws: ``FreshetError`` of kind `usage` for an unknown variant.
    func decision(on served: ServedExperiment, for winner: String?) throws -> ServedExperiment.Decision {
        let figures = feedback.figures(of: served)
        let better = figures.flatMap { $0.verdict == .better ? $0.variant : nil }
        let name = winner ?? better ?? served.experiment.variants[0].name
        _ = try served.place(of: name)
        return ServedExperiment.Decision(
            time: clock.milliseconds,
            winner: name,
            verdict: figures?.verdict ?? .tooEarly,
            words: figures?.words ?? "Nothing was known yet."
        )
    }
}

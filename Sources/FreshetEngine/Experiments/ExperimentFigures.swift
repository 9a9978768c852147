import FreshetCore
import FreshetExperiments

/// What an experiment has shown so far.
public enum ExperimentFigures: Sendable, Equatable {
    /// The metrics of each variant beside the first one's.
    case comparison(ExperimentReport)
    /// Whose places users click in answers of all variants.
    case preference(InterleavingReport)
    /// How a bandit shares out its users.
    case allocation(BanditReport)

    /// The verdict.
    public var verdict: Verdict {
        switch self {
        case .comparison(let report): report.verdict
        case .preference(let report): report.verdict
        // It shares out by chances, which are no test.
        case .allocation: .undecided
        }
    }

    /// The variant that the verdict is about, if it is about one.
    public var variant: String? {
        switch self {
        case .comparison(let report): report.variant
        case .preference(let report): report.variant
        case .allocation(let report): report.arms.max { $0.chance < $1.chance }?.variant
        }
    }

    /// What changed, how sure that is, and what to do next.
    public var words: String {
        switch self {
        case .comparison(let report): report.words
        case .preference(let report): report.words
        case .allocation(let report): report.words
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
        let isNamed = figures?.verdict == .better || served.method == .bandit
        let better = isNamed ? figures?.variant : nil
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

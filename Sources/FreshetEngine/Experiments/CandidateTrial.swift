import FreshetCore
import FreshetExperiments
import FreshetLearning
import FreshetRecommendation
import Synchronization

/// The candidate of the promotion gate where it makes answers together with the live version, so that users choose.
///
/// Off where `loop.promotion.interleaving.share` is 0. Users of whom an experiment knows are left out: its variants would no
/// longer be what they say.
final class CandidateTrial: Sendable {
    /// How the name in the place of an experiment's begins, which none can have.
    private static let prefix = "@candidate-"

    private struct Serving {
        let snapshot: ModelSnapshot
        let version: ModelVersion
        let label: String
        /// When it was made, in milliseconds since 1970.
        let time: Int64
    }

    private let settings: PromotionGate.Interleaved
    private let serving = Mutex<Serving?>(nil)

    init(_ settings: PromotionGate.Interleaved) { self.settings = settings }

    /// Whether users are to choose at all.
    var isEnabled: Bool { settings.share > 0 }

    /// The number of the candidate that answers of a label were made with; `nil` for labels of experiments.
    static func candidate(_ part: (experiment: Substring, variant: Substring)) -> Int? {
        part.experiment.hasPrefix(prefix) ? Int(part.experiment.dropFirst(prefix.count)) : nil
    }

    /// Lets a candidate answer, by the weights that it has now; for as long as the settings say those of before stay.
    func serve(_ version: ModelVersion, at now: Int64, _ snapshot: () -> ModelSnapshot?) {
        let current = serving.withLock { $0 }
        if let current, current.version == version, now - current.time < Int64(settings.renewal * 1000) { return }
        let label = VariantLabel.text(Self.prefix + "\(version.number)", VariantLabel.together)
        let next = snapshot().map { Serving(snapshot: $0, version: version, label: label, time: now) }
        replace(by: next)
    }

    /// Lets none answer.
    func end() { replace(by: nil) }

    /// The old one is freed with the lock given back.
    private func replace(by next: Serving?) {
        let old = serving.withLock { serving in
            defer { serving = next }
            return serving
        }
        _ = old
    }

    /// Has a request answered by both, if its user is one of those who choose.
    func join(_ treatment: inout Treatment, _ user: String?) {
        guard isEnabled, let user, treatment.label == nil, treatment.rivals.isEmpty, treatment.snapshot == nil,
            let serving = serving.withLock({ $0 }),
            Double(AssignmentHash.bucket(seed: serving.label, unit: user)) + 0.5
                < settings.share * Double(AssignmentHash.buckets)
        else { return }
        var candidate = treatment
        candidate.snapshot = serving.snapshot
        // A list of its own in the cache too.
        candidate.add(label: serving.label)
        treatment.rivals = [treatment, candidate]
        treatment.add(label: serving.label)
    }
}

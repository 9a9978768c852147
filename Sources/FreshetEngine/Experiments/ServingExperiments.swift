import FreshetCore
import FreshetExperiments
import FreshetRecommendation

/// The experiments that serve, laid out for the way of a request: two hashes of a user's id say which variant answers.
///
/// Immutable; a change makes another one, which takes this one's place.
final class ServingExperiments: Sendable {
    /// What answers the users of a variant.
    struct Arm: Sendable {
        /// The name that its answers are kept under.
        let label: String
        /// What it changes.
        let change: VariantChange
        /// What answers in the place of the live model.
        let snapshot: ModelSnapshot?
    }

    /// An experiment with its arms, in the order of the variants.
    struct Entry: Sendable {
        let served: ServedExperiment
        let arms: [Arm]
        /// The name that answers of all arms together are kept under.
        let together: String
        /// What is hashed for a bandit's window at hand.
        private let windowSeed: String

        init(_ served: ServedExperiment, snapshots: [ModelSnapshot?]) {
            self.served = served
            together = VariantLabel.text(served.id, VariantLabel.together)
            windowSeed = served.windows.last?.seed(of: served.id) ?? ""
            arms = served.experiment.variants.indices.map { place in
                Arm(
                    label: VariantLabel.text(served.id, served.experiment.variants[place].name),
                    change: served.changes[place],
                    snapshot: snapshots[place]
                )
            }
        }

        /// The place of a user's variant in a bandit's window at hand.
        func banditVariant(of unit: String) -> Int? { served.windows.last?.variant(of: unit, seed: windowSeed) }
    }

    /// Those that run, the oldest first.
    let entries: [Entry]
    /// Settings that experiments have led to, and everybody has.
    let shipped: [ServedExperiment]

    init(entries: [Entry] = [], shipped: [ServedExperiment] = []) {
        self.entries = entries
        self.shipped = shipped
    }

    /// How a request is answered.
    ///
    /// - Parameters:
    ///   - unit: who asks; somebody unknown takes part in nothing.
    ///   - scenario: the place in the product that asks.
    /// - Returns: what answers, by which settings, under which name.
    func treatment(of unit: String?, in scenario: String?) -> Treatment {
        guard !entries.isEmpty || !shipped.isEmpty else { return .ordinary }
        var treatment = Treatment()
        for served in shipped where served.covers(scenario) {
            if let change = served.shippedChange { treatment.changes.append(change) }
        }
        guard let unit else { return treatment }
        for entry in entries where entry.served.covers(scenario) {
            guard let place = entry.served.experiment.variant(of: unit) else { continue }
            switch entry.served.method {
            case .split: treatment.add(entry.arms[place])
            case .bandit: treatment.add(entry.arms[entry.banditVariant(of: unit) ?? place])
            case .interleaving:
                treatment.rivals = entry.arms.map { arm in
                    var rival = treatment
                    rival.add(arm)
                    return rival
                }
                treatment.add(label: entry.together)
            }
        }
        return treatment
    }
}

extension ServedExperiment {
    /// The settings that everybody has since it was shipped.
    var shippedChange: VariantChange? {
        guard state == .shipped, let winner = decision?.winner,
            let place = experiment.variants.firstIndex(where: { $0.name == winner }),
            changes[place].part == .settings
        else { return nil }
        return changes[place]
    }
}

import FreshetCore

/// Training against texts whose vectors of tokens are moved a little to where the loss grows, so that what is learned holds for
/// texts near those that were seen.
///
/// One step of the length `epsilon` is FGM (Miyato and others, "Adversarial training methods for semi-supervised text
/// classification", ICLR 2017); several shorter ones inside a ball of that radius are PGD (Madry and others, ICLR 2018). The
/// gradients of the parameters that come with those of the steps are not thrown away: all passes, that of the text as it is
/// among them, weigh the same (Zhu and others, "FreeLB", ICLR 2020).
public struct AdversarialSettings: Sendable, Equatable, Codable {
    /// How far the vectors of a text's tokens move at most together (the norm of the whole text).
    public var epsilon: Float
    /// How many steps they take.
    public var steps: Int
    /// How long a step is.
    public var stepLength: Float

    /// One step.
    public static func fgm(epsilon: Float) -> AdversarialSettings {
        AdversarialSettings(epsilon: epsilon, steps: 1, stepLength: epsilon)
    }

    /// Several steps, together one and a half times as long as the radius, so that they reach its border.
    public static func pgd(epsilon: Float, steps: Int) -> AdversarialSettings {
        AdversarialSettings(epsilon: epsilon, steps: steps, stepLength: 1.5 * epsilon / Float(max(steps, 1)))
    }

    /// Creates settings.
    public init(epsilon: Float, steps: Int, stepLength: Float) {
        (self.epsilon, self.steps, self.stepLength) = (epsilon, steps, stepLength)
    }

    /// Whether all are in range.
    var isInRange: Bool {
        epsilon > 0 && epsilon.isFinite && stepLength > 0 && stepLength.isFinite && 1...100 ~= steps
    }
}

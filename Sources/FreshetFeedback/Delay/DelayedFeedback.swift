/// What an example counts where outcomes come late: learned as negative after a while, and once more as positive when its
/// outcome came after all.
///
/// Such a stream has too many examples, of which too many are negative. The weights turn its expected loss into that of the
/// truth: ES-DFM (Yang and others, "Capturing delayed feedback in conversion rate prediction via elapsed-time sampling", AAAI
/// 2021). The chances that they need follow from the model's own prediction and from how long outcomes take, instead of from two
/// more models; no gradient goes through them.
public struct DelayedFeedback: Sendable, Equatable, Codable {
    /// What a positive example counts.
    public let positive: Double
    /// What a negative example counts.
    public let negative: Double

    /// The weights of an example.
    ///
    /// - Parameters:
    ///   - prediction: the model's chance of an outcome.
    ///   - share: the share of outcomes that has come in by the time when examples without one are learned as negative.
    public init(prediction: Double, share: Double) {
        // P(an outcome that comes after the example was learned as negative), P(no outcome ever | none so far).
        let late = prediction * (1 - share)
        let real = (1 - prediction) / max(1 - prediction * share, 1e-12)
        positive = 1 + late
        negative = (1 + late) * real
    }

    /// The weights where examples are learned as negative at once: fake negatives weighted (Ktena and others, RecSys 2019).
    public init(fakeNegative prediction: Double) { self.init(prediction: prediction, share: 0) }
}

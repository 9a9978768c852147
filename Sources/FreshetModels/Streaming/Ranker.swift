import FreshetCore

/// Puts candidates into one order by their features; immutable, belongs to the snapshot that answers.
///
/// The first is the linear fusion, ``FusionWeights``.
public protocol Ranker: Sendable {
    /// Gives every candidate its score, by ``CandidateSet/setScore(_:at:)``, from its features.
    func rank(_ set: CandidateSet)
}

/// Learns from outcomes how candidates should be ranked.
public protocol RankerLearner: Sendable {
    /// What it makes.
    associatedtype Learned: Ranker
    /// What it has learned so far.
    var ranker: Learned { get }

    /// Learns which candidate came.
    ///
    /// - Parameters:
    ///   - item: the item of the event.
    ///   - set: the candidates as they were before the event, their features as collected; its scores are overwritten.
    /// - Returns: how surprising that was, −ln of the probability that the item had; `nil` when it was no candidate.
    mutating func learn(_ item: ItemIndex, among set: CandidateSet) -> Float?
}

extension FusionWeights: Ranker {
    /// Computes the fused scores: a product of two vectors for each candidate.
    public func rank(_ set: CandidateSet) { CandidateRanker.rank(set, with: self) }
}

extension FusionTrainer: RankerLearner {
    /// The weights now.
    public var ranker: FusionWeights { weights }
}

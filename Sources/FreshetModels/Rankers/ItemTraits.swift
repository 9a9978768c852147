import FreshetCore

/// What items are, for rankers that know them by more than their own number.
///
/// A ``CandidateEvidence`` that says it as well is found by the ``CandidateRanker`` and handed on with the candidates.
public protocol ItemTraits: Sendable {
    /// Calls `body` with a look-up of what items are now: a number for each of the first categories, tags and attributes
    /// that are texts of one.
    ///
    /// The same text of the same kind has the same number, today and after the next start; two may share one.
    func withTraits(_ body: (_ traits: (ItemIndex) -> [UInt32]) -> Void)
}

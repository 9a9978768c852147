import FreshetModels

/// What somebody else's program adds to the pipeline: features, candidates and policies.
///
/// A learning loop of the same engine is given the same ``evidence``: what ranks is learned on it.
public struct PipelineExtensions: Sendable {
    /// What is known of candidates: rows of the feature table, behind Freshet's own.
    public var evidence: [any CandidateEvidence]
    /// Who proposes items, beside Freshet's own.
    public var sources: [any CandidateSource]
    /// What happens to the ranked candidates, after Freshet's own policies.
    ///
    /// One that moves a candidate whose ``Candidate/propensity`` is below 1, or draws itself, keeps that number true.
    public var policies: [any Policy]

    /// Creates a set of extensions; none unless given.
    public init(
        evidence: [any CandidateEvidence] = [],
        sources: [any CandidateSource] = [],
        policies: [any Policy] = []
    ) {
        self.evidence = evidence
        self.sources = sources
        self.policies = policies
    }
}

import FreshetCore
import FreshetData

/// Something that is known of candidates beside the counts and a trained model: it may propose items, and fills rows of the
/// ``FeatureTable`` for all candidates.
///
/// Asked for every prediction and every request, on many threads at once: it must not wait, and its work is bounded by the
/// number of candidates.
public protocol CandidateEvidence: Sendable {
    /// The rows that it fills.
    var rows: [FeatureRow] { get }
    /// Products of its rows with each other and with those of ``CandidateFeature``.
    var products: [FeatureProduct] { get }

    /// Adds candidates by ``CandidateSet/propose(_:from:)``.
    ///
    /// - Parameters:
    ///   - request: who asks.
    ///   - set: the candidates of the counts and of a trained model.
    func propose(for request: CandidateRequest, into set: CandidateSet)

    /// Fills the rows by ``CandidateSet/write(_:at:to:)``; what it leaves out is 0.
    ///
    /// - Parameters:
    ///   - request: who asks.
    ///   - first: the place of its first row; the others follow.
    ///   - set: all candidates, with the features of the counts and of a trained model.
    func write(_ request: CandidateRequest, from first: Int, into set: CandidateSet)
}

/// Whose candidates are looked for, and when.
public struct CandidateRequest {
    /// The user, where the question says who.
    public let user: UserIndex?
    /// The user's events, oldest first.
    public let history: History
    /// What was counted of the stream.
    public let streaming: StreamingModels
    /// Now, in seconds since 1970.
    public let time: Int64
    /// What is known of the user beside events.
    public let profile: TextVector
    /// What the user looked for lately.
    public let searched: RecentSearch
    /// What the items' texts are read by, where that is another than whoever fills rows goes by otherwise.
    public let reading: ContentReading?
    /// Where the request asks from, if it says so.
    public let place: Place?
}

import FreshetCore
import FreshetModels

/// Everything that must agree while a request is answered: taken once, passed down, and gone with its last request.
public final class ModelSnapshot: Sendable {
    /// Its name.
    public let version: ModelVersion
    /// The trained model; `nil` for version 0, which answers by what streams alone.
    public let scorer: (any Scorer)?
    /// The newest event that its weights have learned.
    public let offset: Int64

    /// Creates a snapshot.
    public init(version: ModelVersion, scorer: (any Scorer)?, offset: Int64) {
        self.version = version
        self.scorer = scorer
        self.offset = offset
    }
}

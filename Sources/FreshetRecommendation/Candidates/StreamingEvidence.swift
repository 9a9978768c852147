import FreshetModels

/// The pipeline's way to the streaming models, which learn while requests are answered.
public protocol StreamingEvidence: Sendable {
    /// Lends the models as they are now.
    ///
    /// Whoever keeps them behind a lock holds it for the time of the call: a few ten microseconds.
    func withModels<Result>(_ body: (StreamingModels) throws -> Result) rethrows -> Result
}

/// Streaming models that no longer learn: of a replay, of a test, or of nothing.
public struct FrozenStreaming: StreamingEvidence {
    private let models: StreamingModels

    /// Wraps models.
    public init(_ models: StreamingModels = StreamingModels()) { self.models = models }

    /// Lends the models.
    public func withModels<Result>(_ body: (StreamingModels) throws -> Result) rethrows -> Result {
        try body(models)
    }
}

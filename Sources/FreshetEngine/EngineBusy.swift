/// The engine has as much waiting work as it may have; nothing of the call was done.
///
/// HTTP says it as 429 with `Retry-After`.
public struct EngineBusy: Error, Sendable, Equatable, CustomStringConvertible {
    /// Seconds after which a second try is likely to be taken, at least 1.
    public var retryAfter: Int

    /// Creates an error.
    public init(retryAfter: Int) { self.retryAfter = max(1, retryAfter) }

    /// The error in words.
    public var description: String { "Too much is waiting to be written. Try again in \(retryAfter) s." }
}

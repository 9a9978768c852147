/// A call would bring more than the engine may be given; nothing of the call was done.
///
/// HTTP says it as 507, or as 429 with `Retry-After` where waiting helps.
public struct QuotaExceeded: Error, Sendable, Equatable, CustomStringConvertible {
    /// The setting that says no, such as `quota.users`.
    public let setting: String
    /// Its value.
    public let limit: Double
    /// Seconds after which a second try is likely to be taken; `nil` where waiting does not help.
    public let retryAfter: Int?

    /// The error in words.
    public var description: String {
        let limit = Int(exactly: limit).map(String.init) ?? String(limit)
        let remedy =
            retryAfter.map { "Try again in \($0) s." } ?? "Ask who runs the server for more, or name fewer new ones."
        return "The call goes beyond \(setting), which is \(limit). \(remedy)"
    }
}

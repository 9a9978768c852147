/// A key as it is known here: everything but its secret.
public struct APIKey: Sendable, Equatable, Codable, Identifiable {
    /// Its public name, the middle part of the key's text.
    public let id: String
    /// What it is for, in the words of whoever made it.
    public let name: String
    /// What it may do.
    public let rights: [Right]
    /// When it was made, in seconds since 1970.
    public let created: Int64
    /// From when on it is refused, in seconds since 1970.
    public let expires: Int64?

    /// Whether it may do something.
    public func may(_ right: Right) -> Bool {
        rights.contains(right) || rights.contains(.admin) || right == .events && rights.contains(.write)
    }

    /// Whether its time is over.
    func isExpired(at seconds: Int64) -> Bool { expires.map { $0 <= seconds } ?? false }
}

/// A key that was just made: the only moment at which its text is known.
public struct NewAPIKey: Sendable {
    /// What is kept of it.
    public let key: APIKey
    /// What callers send as `Authorization: Bearer …`.
    public let text: String
}

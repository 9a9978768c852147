/// A setting of a running server, as `GET /v1/settings` and the dashboard show it.
public struct SettingInForce: Sendable, Encodable {
    /// Its name where it is set, such as `server.port`.
    public let key: String
    /// What it is set to; an object where the part has a form of its own.
    public let value: any Encodable & Sendable
    /// Where that comes from: `flag`, the name of a variable or a file, `default`, or `program`.
    public let source: String

    /// Creates a setting.
    public init(key: String, value: any Encodable & Sendable, source: String) {
        self.key = key
        self.value = value
        self.source = source
    }

    private enum CodingKeys: String, CodingKey {
        case key, value, source
    }

    /// Writes the plain JSON value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(key, forKey: .key)
        try container.encode(value, forKey: .value)
        try container.encode(source, forKey: .source)
    }
}

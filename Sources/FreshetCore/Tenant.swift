/// A shop of its own: whose events, catalogue, keys, versions and figures something is.
///
/// A store belongs to one tenant and an engine to one store, so sessions, caches, secrets and models are a tenant's own by
/// what they hang on. Where tenants meet, in folders and on the metrics page, the name keeps them apart.
public struct Tenant: Sendable, Hashable, CustomStringConvertible {
    /// The tenant of whoever has one shop.
    public static let `default` = Tenant(sound: "default")

    /// The name: 1 to 63 small letters, digits and hyphens, the first no hyphen, so that it can be the name of a folder, a
    /// host and a schema.
    public let name: String

    private init(sound name: String) { self.name = name }

    /// Names a tenant.
    /// - Throws: ``FreshetError`` of kind `usage` for what can be no name.
    public init(_ name: String) throws {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let isSound = name.utf8.allSatisfy {
            letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "-")
        }
        guard isSound, (1...63).contains(name.utf8.count), !name.hasPrefix("-") else {
            throw FreshetError(
                .usage,
                "A tenant cannot be called '\(name)'.",
                remedy: "Take 1 to 63 small letters, digits and hyphens, the first no hyphen."
            )
        }
        self.init(sound: name)
    }

    /// The name.
    public var description: String { name }

    /// Where in a data folder the tenant's own files are: the folder itself for the default tenant, one each for others.
    public func folder(in data: String) -> String { self == .default ? data : "\(data)/tenants/\(name)" }

    /// What tells the tenant's series of a metric from those of others; nothing for the default tenant.
    package var labels: [(String, String)] { self == .default ? [] : [("tenant", name)] }
}

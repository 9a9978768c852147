import FreshetCore

/// Where a rank can be reached: a host's name or IPv4 address, and a port.
public struct RankAddress: Sendable, Equatable, CustomStringConvertible {
    /// The host.
    public var host: String
    /// The port; 0 lets the system choose one to listen on.
    public var port: UInt16

    /// Creates an address.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`.
    /// - Throws: ``FreshetError`` of kind `usage`.
    public init(_ text: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let port = UInt16(parts[1]) else {
            throw FreshetError(
                .usage,
                "'\(text)' is not the address of a rank.",
                remedy: "Give a host and a port, such as 10.0.0.1:7077."
            )
        }
        self.init(host: String(parts[0]), port: port)
    }

    /// `host:port`.
    public var description: String { "\(host):\(port)" }
}

/// Names of hosts, as a configuration or a `Host` header has them.
enum HostName {
    /// Whether a name stands for this machine only: `localhost`, `127.x.y.z` or `::1`.
    static func isLoopback(_ name: some StringProtocol) -> Bool {
        let name = name.lowercased()
        if ["localhost", "::1", "[::1]"].contains(name) { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// The host of `host:port`.
    static func withoutPort(_ authority: String) -> Substring {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return authority[...end] }
        return authority.firstIndex(of: ":").map { authority[..<$0] } ?? authority[...]
    }
}

import CFreshetDashboard
import Crypto

/// A file of the dashboard, embedded in the binary: pages, style and code of the user interface that `/` serves.
public struct DashboardFile: Sendable {
    /// Its name, such as `app.js`.
    public let name: String
    /// Its type, for the `Content-Type` header.
    public let contentType: String
    /// What changes when the content does, for the `ETag` header.
    public let entityTag: String
    /// What is in it.
    public let bytes: [UInt8]

    /// Every file, by name.
    public static let all = Dictionary(
        uniqueKeysWithValues: (0..<freshet_dashboard_file_count()).map { index in
            let file = DashboardFile(freshet_dashboard_file_at(index))
            return (file.name, file)
        }
    )

    /// What a browser may do on behalf of these files: load them, talk to this server, and nothing else.
    ///
    /// No inline script or style is allowed, and none is ever made from text: ids and titles come from outside.
    public static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    private init(_ file: freshet_dashboard_file) {
        name = String(cString: file.name)
        bytes = Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
        let digest = SHA256.hash(data: bytes).prefix(8)
        entityTag = "\"" + digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "\""
        contentType =
            switch name.split(separator: ".").last {
            case "html": "text/html; charset=utf-8"
            case "css": "text/css; charset=utf-8"
            case "js": "text/javascript; charset=utf-8"
            case "svg": "image/svg+xml"
            default: "application/octet-stream"
            }
    }
}

import HTTPTypes
import Hummingbird

/// The cookie of a login: out of reach of scripts, and sent with requests of pages of this site only.
///
/// A site is more than a server: all ports of a host and its sister domains are one. ``isFromHere(_:)`` tells them apart.
enum LoginCookie {
    /// Its name.
    static let name = "freshet-session"

    /// The token that a request's cookie carries.
    static func token(of request: Request) -> String? {
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == name { return String(parts[1]) }
            }
        }
        return nil
    }

    /// The header that makes the browser of a request keep a token for some seconds; forget it with 0.
    ///
    /// A page that came over TLS, as its origin says, gets a cookie that goes over nothing else.
    static func header(_ token: String, seconds: Int64, for request: Request) -> String {
        let isSecure = request.headers[.origin]?.lowercased().hasPrefix("https://") == true
        return "\(name)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(seconds)" + (isSecure ? "; Secure" : "")
    }

    /// Whether a page of this server sent the request, as far as its browser says.
    ///
    /// Browsers that know `SameSite` send no cookie with requests of other sites. This is the second lock, against other
    /// servers of this site, too: what says that it comes from elsewhere changes nothing.
    static func isFromHere(_ request: Request) -> Bool {
        if let site = request.headers[.known("sec-fetch-site")] { return site == "same-origin" || site == "none" }
        guard let origin = request.headers[.origin] else { return true }
        return origin.split(separator: "/").last.map(String.init)?.lowercased() == request.head.authority?.lowercased()
    }
}

import HTTPTypes
import Hummingbird

/// The cookie of a login: out of reach of scripts, and sent by pages of this server only.
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

    /// The header that makes a browser keep a token for some seconds; forget it with 0.
    static func header(_ token: String, seconds: Int64) -> String {
        "\(name)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(seconds)"
    }

    /// Whether a page of this server sent the request, as far as its browser says.
    ///
    /// Browsers that know `SameSite` send no cookie with others' requests. This is the second lock: what says that it comes
    /// from elsewhere changes nothing.
    static func isFromHere(_ request: Request) -> Bool {
        if let site = request.headers[.known("sec-fetch-site")] { return site == "same-origin" || site == "none" }
        guard let origin = request.headers[.origin] else { return true }
        return origin.split(separator: "/").last.map(String.init)?.lowercased() == request.head.authority?.lowercased()
    }
}

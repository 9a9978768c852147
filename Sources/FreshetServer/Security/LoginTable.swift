import Crypto
import Foundation
import FreshetCore
import Synchronization

/// The browsers that are logged in: a key was exchanged for a token that a cookie carries, and that no script can read.
///
/// In memory, so a restart ends all of them. A login has no rights of its own: with each request its key is looked up, and is
/// gone when the key was revoked or its time is over.
final class LoginTable: Sendable {
    /// Whose login it is.
    struct Login: Sendable, Equatable {
        let tenant: Tenant
        /// The id of the key.
        let key: String
        /// Until when, in seconds since 1970.
        let expires: Int64
    }

    /// How long a login lasts, in seconds.
    static let duration: Int64 = 8 * 3600
    /// The most logins with one key; the oldest goes.
    private static let mostOfKey = 20

    /// By the hash of the token: who could read this memory could not log in.
    private let logins = Mutex<[[UInt8]: Login]>([:])

    /// Begins a login.
    /// - Returns: the token that stands for it, and until when.
    func begin(_ key: APIKey, of tenant: Tenant, now: Int64 = LoginTable.now) -> (token: String, expires: Int64) {
        let token = KeyRing.random(bytes: 32)
        let login = Login(tenant: tenant, key: key.id, expires: min(now + Self.duration, key.expires ?? .max))
        logins.withLock { logins in
            logins = logins.filter { $0.value.expires > now }
            let same = logins.filter { $0.value.tenant == tenant && $0.value.key == key.id }
            if same.count >= Self.mostOfKey, let oldest = same.min(by: { $0.value.expires < $1.value.expires }) {
                logins[oldest.key] = nil
            }
            logins[Self.hash(token)] = login
        }
        return (token, login.expires)
    }

    /// The login that a token stands for, unless its time is over.
    func login(_ token: String, now: Int64 = LoginTable.now) -> Login? {
        guard let login = logins.withLock({ $0[Self.hash(token)] }), login.expires > now else { return nil }
        return login
    }

    /// Ends a login.
    func end(_ token: String) { logins.withLock { $0[Self.hash(token)] = nil } }

    /// Seconds since 1970.
    static var now: Int64 { Int64(Date().timeIntervalSince1970) }

    private static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}

import FreshetCore
import FreshetEngine
import HTTPTypes
import Hummingbird
import Synchronization

/// The shops of a server: whose request one is, by its key.
final class ShopTable: Sendable {
    /// The browsers that are logged in.
    let logins = LoginTable()
    private let directory = KeyDirectory()
    private let shops = Mutex<[Tenant: Shop]>([:])

    /// The shop of a tenant, if it is open.
    subscript(tenant: Tenant) -> Shop? { shops.withLock { $0[tenant] } }

    /// All shops that are open, in the order of their names.
    var all: [Shop] {
        shops.withLock { Array($0.values) }.sorted { $0.engine.tenant.name < $1.engine.tenant.name }
    }

    /// Whether there is one tenant only.
    var hasOne: Bool { shops.withLock { $0.count < 2 } }

    /// Opens a shop to requests, as that of a tenant.
    func add(_ shop: Shop, as tenant: Tenant) {
        shop.keys.list(in: directory, as: tenant)
        shops.withLock { $0[tenant] = shop }
    }

    /// Closes a shop to requests.
    /// - Returns: the shop, if there was one.
    func remove(_ tenant: Tenant) -> Shop? {
        guard let shop = shops.withLock({ $0.removeValue(forKey: tenant) }) else { return nil }
        shop.keys.unlist()
        return shop
    }

    /// Whose key a request came with.
    /// - Throws: ``Problem`` of status 401 for a key that nobody has.
    func owner(ofKey text: some StringProtocol) throws(Problem) -> (shop: Shop, key: APIKey) {
        guard let tenant = directory.tenant(ofKey: text), let shop = self[tenant], let key = shop.keys.key(for: text)
        else {
            throw Problem(.unauthorized, "The key is unknown, revoked or expired.")
        }
        return (shop, key)
    }
}

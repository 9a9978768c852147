import FreshetCore
import Synchronization

/// Whose key is whose: the tenant by a key's public id, so that a request finds its shop by one look into a table in memory.
///
/// The directory says where to look, and no more: the ring of the tenant then asks for the secret.
final class KeyDirectory: Sendable {
    private let owners = Mutex<[String: Tenant]>([:])

    /// The tenant whose key has the id of a text; `nil` where none has.
    func tenant(ofKey text: some StringProtocol) -> Tenant? {
        let parts = text.split(separator: "_", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, text.utf8.count < 128 else { return nil }
        return owners.withLock { $0[String(parts[1])] }
    }

    /// Takes over what changed among a tenant's keys.
    ///
    /// A folder that was copied brings the keys of the one it was copied from. They stay with who had them first.
    func change(from former: some Collection<String>, to ids: some Collection<String>, of tenant: Tenant) {
        let kept = Set(ids)
        owners.withLock { owners in
            for id in former where !kept.contains(id) && owners[id] == tenant { owners[id] = nil }
            for id in kept where owners[id] == nil { owners[id] = tenant }
        }
    }
}

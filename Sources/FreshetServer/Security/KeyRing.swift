import Crypto
import Foundation
import FreshetCore
import Synchronization

/// The keys that callers may hold: kept hashed in the settings, and changed without a restart.
///
/// A key's text is `freshet_<id>_<secret>`. The secret is 256 bits from the system's generator, so one SHA-256 is enough
/// to keep it: the slow hashes for passwords guard against guessing what people can remember, and nobody guesses 256
/// bits. Keys are found by their public id and their hashes compared in constant time. Neither the text nor the hash is
/// ever logged.
public final class KeyRing: Sendable {
    /// A key as the store has it.
    private struct Stored: Codable {
        let key: APIKey
        /// SHA-256 of its text, in hexadecimal digits.
        let hash: String
    }

    private struct Entry {
        let key: APIKey
        let digest: [UInt8]
    }

    private static let prefix = "key."
    private let store: any SettingsStore
    /// The keys, and how often they were changed here.
    private struct State {
        var entries: [String: Entry] = [:]
        var changes = 0
        /// Where it is known whose keys these are, and who that is.
        var listed: (directory: KeyDirectory, tenant: Tenant)?

        /// Takes other keys over.
        mutating func replace(_ fresh: [String: Entry]) {
            listed?.directory.change(from: entries.keys, to: fresh.keys, of: listed?.tenant ?? .default)
            entries = fresh
        }
    }

    private let state = Mutex(State())

    /// Creates a ring; ``load()`` fills it.
    public init(store: any SettingsStore) { self.store = store }

    /// Reads the keys again, such as those that another process made or revoked.
    /// - Throws: ``FreshetError`` of kind `external` when the store cannot be read, `invalidData` for a damaged key.
    public func load() async throws {
        // What was read before a key was made or taken back here must not undo it.
        while try await !loadUnlessChanged() {}
    }

    /// Reads the keys; whether none was made or taken back here meanwhile, else nothing is taken over.
    private func loadUnlessChanged() async throws -> Bool {
        let changes = state.withLock { $0.changes }
        let stored = try await store.settings(prefix: Self.prefix)
        var read: [String: Entry] = [:]
        for (name, text) in stored {
            do {
                let stored = try JSONDecoder().decode(Stored.self, from: Data(text.utf8))
                read[stored.key.id] = Entry(key: stored.key, digest: Self.bytes(hex: stored.hash))
            } catch is DecodingError {
                throw FreshetError(.invalidData, "The setting '\(name)' is damaged.", remedy: "Revoke the key.")
            }
        }
        let fresh = read
        return state.withLock { state in
            guard state.changes == changes else { return false }
            state.replace(fresh)
            return true
        }
    }

    /// Whether there is no key at all.
    public var isEmpty: Bool { state.withLock { $0.entries.isEmpty } }

    /// The keys there are, oldest first.
    public var keys: [APIKey] {
        state.withLock { $0.entries.values.map(\.key) }.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
    }

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - name: what it is for; up to 100 bytes.
    ///   - rights: what it may do; the first key there is must be able to make others.
    ///   - expires: from when on it is refused, in seconds since 1970.
    /// - Returns: the key with its text, which is not to be had again.
    /// - Throws: ``FreshetError`` of kind `usage` for an unsound name or rights, `conflict` for a first key without the right
    ///   admin, `external` when it cannot be kept.
    public func create(name: String, rights: Set<Right>, expires: Int64? = nil) async throws -> NewAPIKey {
        guard (1...100).contains(name.utf8.count) else {
            throw FreshetError(.usage, "The name of a key has 1 to 100 bytes, not \(name.utf8.count).")
        }
        guard !rights.isEmpty else {
            throw FreshetError(.usage, "A key needs a right.", remedy: "Rights are read, write and admin.")
        }
        guard rights.contains(.admin) || !isEmpty else {
            throw FreshetError(
                .conflict,
                "The first key must have the right admin: from then on every request needs a key.",
                remedy: "Make a key with the right admin, then others."
            )
        }
        let id = Self.random(bytes: 6)
        let key = APIKey(
            id: id,
            name: name,
            rights: rights.sorted(),
            created: Int64(Date().timeIntervalSince1970),
            expires: expires
        )
        let text = "freshet_\(id)_\(Self.random(bytes: 32))"
        let digest = Array(SHA256.hash(data: Array(text.utf8)))
        let stored = try JSONEncoder().encode(Stored(key: key, hash: digest.map(Self.hex).joined()))
        try await store.setSetting(Self.prefix + id, to: String(decoding: stored, as: UTF8.self))
        change { $0[id] = Entry(key: key, digest: digest) }
        return NewAPIKey(key: key, text: text)
    }

    /// Takes a key back; from now on it is refused.
    ///
    /// - Returns: whether there was one of the id.
    /// - Throws: ``FreshetError`` of kind `conflict` for the last key that may make others while there are others, of kind
    ///   `external` when the store fails.
    public func revoke(_ id: String) async throws -> Bool {
        let known = keys
        guard let key = known.first(where: { $0.id == id }) else { return false }
        let others = known.filter { $0.id != id }
        guard others.isEmpty || others.contains(where: { $0.may(.admin) }) || !key.may(.admin) else {
            throw FreshetError(
                .conflict,
                "Key '\(id)' is the last with the right admin.",
                remedy: "Make another one first, or revoke the other keys before it."
            )
        }
        try await store.setSetting(Self.prefix + id, to: nil)
        change { $0[id] = nil }
        return true
    }

    /// The key of a text; `nil` for a wrong, unknown, revoked or expired one.
    func key(for text: some StringProtocol, now: Int64 = Int64(Date().timeIntervalSince1970)) -> APIKey? {
        let parts = text.split(separator: "_", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, text.utf8.count < 128,
            let entry = state.withLock({ $0.entries[String(parts[1])] }),
            Self.isEqual(entry.digest, Array(SHA256.hash(data: Array(text.utf8)))), !entry.key.isExpired(at: now)
        else { return nil }
        return entry.key
    }

    /// Lists the keys, those there are and those to come, as a tenant's.
    func list(in directory: KeyDirectory, as tenant: Tenant) {
        state.withLock { state in
            state.listed = (directory, tenant)
            directory.change(from: [String](), to: state.entries.keys, of: tenant)
        }
    }

    /// Takes the keys out of the directory.
    func unlist() {
        state.withLock { state in
            guard let (directory, tenant) = state.listed else { return }
            directory.change(from: state.entries.keys, to: [String](), of: tenant)
            state.listed = nil
        }
    }

    private func change(_ body: (inout [String: Entry]) -> Void) {
        state.withLock { state in
            var entries = state.entries
            body(&entries)
            state.replace(entries)
            state.changes += 1
        }
    }

    /// The key of an id, unless its time is over; for who has shown it before.
    func key(id: String, now: Int64 = Int64(Date().timeIntervalSince1970)) -> APIKey? {
        guard let key = state.withLock({ $0.entries[id]?.key }), !key.isExpired(at: now) else { return nil }
        return key
    }

    /// Random bytes in hexadecimal digits.
    static func random(bytes count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in hex(UInt8.random(in: 0...255, using: &generator)) }.joined()
    }

    private static func bytes(hex: String) -> [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16) ?? 0
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
    }

    /// Looks at every byte, however early two digests differ.
    private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

import Crypto
import Foundation
import FreshetCore
import FreshetData
import Synchronization

/// Makes the ids of answers, and tells its own from others without looking anything up.
///
/// An id is a UUID of version 8 (RFC 9562): 48 bits of the time in milliseconds, 26 of a counter, and 48 of a checksum of
/// those under a secret of the store. So feedback is checked at the speed of the processor, whether the impression still
/// waits to be written, is on disk or was removed for its age; and as times come first, new impressions are written at
/// the end of their index.
final class RecommendationIDs: Sendable {
    private static let setting = "recommendation.secret"

    private let secret: SymmetricKey
    private let counter = Atomic(UInt64.random(in: 0..<1 << 26))

    init(secret: SymmetricKey) { self.secret = secret }

    /// The secret of a store, made when it has none yet.
    /// - Throws: ``FreshetError`` when the store cannot be read.
    static func secret(of store: any SettingsStore & SharedStore) async throws -> SymmetricKey {
        if let kept = try await store.setting(setting).flatMap({ Data(base64Encoded: $0) }) {
            return SymmetricKey(data: kept)
        }
        let secret = SymmetricKey(size: .bits256)
        do {
            // Several servers may begin at the same time, and must know each other's.
            let text = secret.withUnsafeBytes { Data($0).base64EncodedString() }
            let kept = try await store.setting(setting, orSet: text)
            if let kept = Data(base64Encoded: kept) { return SymmetricKey(data: kept) }
        } catch let error as FreshetError where error.kind == .external {
            // A full disk must not keep the engine from answering; the ids of this run are then known to it alone.
        }
        return secret
    }

    /// An id that no other answer has.
    func next(at milliseconds: Int64) -> String {
        let count = counter.add(1, ordering: .relaxed).oldValue
        var bytes = [UInt8](repeating: 0, count: 16)
        for place in 0..<6 { bytes[place] = UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * place)) }
        bytes[6] = 0x80 | UInt8(truncatingIfNeeded: count >> 22) & 0x0F
        bytes[7] = UInt8(truncatingIfNeeded: count >> 14)
        bytes[8] = 0x80 | UInt8(truncatingIfNeeded: count >> 8) & 0x3F
        bytes[9] = UInt8(truncatingIfNeeded: count)
        bytes.replaceSubrange(10..., with: checksum(bytes[..<10]))
        return Self.text(bytes)
    }

    /// Whether ``next(at:)`` made an id, under this secret.
    func isOwn(_ id: String) -> Bool {
        guard id.utf8.count == 36, !id.utf8.contains(where: { (0x41...0x5A).contains($0) }),
            let uuid = UUID(uuidString: id)?.uuid
        else { return false }
        return withUnsafeBytes(of: uuid) { $0[10...].elementsEqual(checksum($0[..<10])) }
    }

    /// Six bytes that nobody else can make of some bytes.
    func checksum(_ bytes: some Sequence<UInt8>) -> Array<UInt8>.SubSequence {
        Array(HMAC<SHA256>.authenticationCode(for: Array(bytes), using: secret)).prefix(6)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)).uuidString.lowercased() }
    }
}

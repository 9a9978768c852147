import Foundation
import FreshetCore
import FreshetData

/// How erasures are kept among the store's settings: receipts, and erasures that have begun.
///
/// An erasure is written down before its first row goes, so that one that a kill interrupts is ended at the next start.
enum ErasureBook {
    /// An erasure that may not have ended.
    struct Begun: Codable {
        /// The external id of the user.
        var user: String
        /// The numbers that the user had, their own first; none for one without events.
        var numbers: [UserIndex]
    }

    private static let receiptPrefix = "erasure."
    private static let begunPrefix = "erasing."

    /// Whether a setting of the store is the receipt of an erasure.
    static func isReceipt(_ setting: String) -> Bool { setting.hasPrefix(receiptPrefix) }

    /// The setting and the text under which a receipt is kept.
    static func entry(of receipt: ErasureReceipt) throws -> (name: String, text: String) {
        (receiptPrefix + receipt.id, try text(receipt))
    }

    static func keep(_ receipt: ErasureReceipt, in store: any EngineStore) async throws {
        let entry = try entry(of: receipt)
        try await store.setSetting(entry.name, to: entry.text)
    }

    static func receipt(_ id: String, in store: any EngineStore) async throws -> ErasureReceipt? {
        try await store.setting(receiptPrefix + id).map { try read($0) }
    }

    static func receipts(in store: any EngineStore) async throws -> [ErasureReceipt] {
        try await store.settings(prefix: receiptPrefix).values.map { try read($0) }
    }

    static func begin(_ id: String, _ erasure: Begun, in store: any EngineStore) async throws {
        try await store.setSetting(begunPrefix + id, to: text(erasure))
    }

    static func end(_ id: String, in store: any EngineStore) async throws {
        try await store.setSetting(begunPrefix + id, to: nil)
    }

    /// Erasures that have begun and not ended, by the ids that their receipts will have.
    static func unfinished(in store: any EngineStore) async throws -> [String: Begun] {
        var unfinished: [String: Begun] = [:]
        for (name, text) in try await store.settings(prefix: begunPrefix) {
            unfinished[String(name.dropFirst(begunPrefix.count))] = try read(text)
        }
        return unfinished
    }

    private static func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    private static func read<Value: Decodable>(_ text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
        } catch is DecodingError {
            throw FreshetError(.invalidData, "What is kept of an erasure is damaged.")
        }
    }
}

import Foundation
import Testing

@testable import FreshetLanguage

/// The files beside the tests.
enum Fixture {
    static func path(_ name: String) -> String {
        Bundle.module.bundleURL.appendingPathComponent("Fixtures/\(name)").path
    }

    /// A causal model of drawn weights with byte-level tokens.
    static func causal(positions: Int = 40, width: Int = 8, seed: UInt64 = 5) throws -> TextEncoder {
        try encoder(
            .gpt2,
            pooling: .last,
            tokenizer: "bytes",
            vocabulary: 401,
            width: width,
            positions: positions,
            seed: seed
        )
    }

    /// A model of drawn weights with a tokenizer of the fixtures.
    static func encoder(
        _ family: LanguageModelConfiguration.Family = .bert,
        pooling: TextEncoder.Pooling = .mean,
        tokenizer: String = "wordpiece",
        vocabulary: Int = 300,
        width: Int = 4,
        positions: Int = 40,
        seed: UInt64 = 5
    ) throws -> TextEncoder {
        var configuration = try LanguageModelConfiguration.tiny(family)
        (configuration.vocabulary, configuration.positions) = (vocabulary, positions)
        (configuration.width, configuration.innerWidth) = (width, width * 3 / 2)
        let document = try #require(try JSONDocument.read(path("\(tokenizer).json"))["tokenizer"])
        return try TextEncoder(
            tokenizer: TokenizerFile.tokenizer(document),
            model: LanguageModel(configuration, seed: seed),
            pooling: pooling
        )
    }
}

/// A folder of its own for a test, gone when the test ends.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("freshet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    }

    /// Writes the model of a `tokenizer.json` as `vocab.json` and `merges.txt`.
    func writeBytePairs(_ model: JSONDocument, adding: [String: Int32]) throws {
        func quoted(_ bytes: [UInt8]) -> String {
            String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\\", with: "\\\\")
                .replacingOccurrences(of: "\"", with: "\\\"")
        }
        let entries = (model["vocab"]?.members ?? []).map { "\"\(quoted($0.name))\":\($0.value.id ?? 0)" }
        try write(
            "{" + (entries + adding.map { "\"\($0.key)\":\($0.value)" }).joined(separator: ",") + "}",
            to: "vocab.json"
        )
        let merges = (model["merges"]?.elements ?? []).map { merge in
            (merge.elements ?? []).map { $0.text ?? "" }.joined(separator: " ")
        }
        try write("#version: 0.2\n" + merges.joined(separator: "\n") + "\n", to: "merges.txt")
    }
}

import Foundation
import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetLanguage

@Suite struct ModelStoreTests {
    private let folder: TemporaryFolder
    private var store: ModelStore { ModelStore(folder: folder.path("models")) }

    init() throws { folder = try TemporaryFolder() }

    /// The tiny BERT with a vocabulary, as it would be published.
    private func published() throws -> String {
        let source = folder.path("published")
        try FileManager.default.copyItem(atPath: Fixture.path("bert-tiny"), toPath: source)
        let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + (4..<200).map { "w\($0)" }
        try folder.write(words.joined(separator: "\n"), to: "published/vocab.txt")
        return source
    }

    @Test func addsListsAndRemoves() throws {
        #expect(store.names == [])
        try store.add(try published(), as: "tiny")
        #expect(store.names == ["tiny"])
        // The reference beside the model is none of its files.
        #expect(!FileManager.default.fileExists(atPath: store.path(of: "tiny") + "/reference.json"))
        let encoder = try store.encoder(named: "tiny")
        #expect(encoder.name == "tiny" && encoder.width == 32)
        let vectors = encoder.vectors(of: ["w5 w6"], on: ThreadPool(threads: 1))
        let original = try TextEncoder(folder: folder.path("published"))
        #expect(vectors == original.vectors(of: ["w5 w6"], on: ThreadPool(threads: 1)))
        try store.remove("tiny")
        #expect(store.names == [])
    }

    @Test func brokenModelsAreNotInstalled() throws {
        let source = try published()
        try store.add(source, as: "tiny")
        try folder.write("{}", to: "published/config.json")
        #expect(throws: FreshetError.self) { try store.add(source, as: "tiny") }
        #expect(try store.encoder(named: "tiny").width == 32)
    }

    @Test(arguments: ["", "a/b", "..", ".hidden", "-x", "a b", String(repeating: "a", count: 101)])
    func namesAreNames(name: String) throws {
        let error = #expect(throws: FreshetError.self) { try store.add(try published(), as: name) }
        #expect(error?.kind == .usage)
    }

    @Test func unknownNamesAreRefused() {
        for action in [{ try store.remove("none") }, { _ = try store.encoder(named: "none") }] as [() throws -> Void] {
            let error = #expect(throws: FreshetError.self) { try action() }
            #expect(error?.kind == .usage && error?.message.contains("none") == true)
        }
    }
}

import Foundation

/// Small event logs with a pattern: users walk around a ring of items.
enum TinyData {
    static let users = 24
    static let items = 12
    static let events = 8

    /// The item that a user chooses as their `step`-th.
    static func item(_ user: Int, _ step: Int) -> String {
        "item \((user * 5 + step) % items)".replacing(" ", with: "-")
    }

    /// All events but each user's last as `user<TAB>item` lines.
    static var training: String { lines(0..<events - 1) }

    /// Each user's last event.
    static var test: String { lines(events - 1..<events) }

    private static func lines(_ steps: Range<Int>) -> String {
        (0..<users).flatMap { user in steps.map { "user\(user)\t\(item(user, $0))\n" } }.joined()
    }
}

extension TemporaryFolder {
    /// Puts the tiny GPT-2 of the encoders' tests into `gpt2`; its tokens are the characters of ASCII and some that no text has.
    func addTinyCausalModel() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let model = tests.appendingPathComponent("FreshetLanguageTests/Fixtures/gpt2-tiny").path
        try FileManager.default.copyItem(atPath: model, toPath: path("gpt2"))
        let characters = (33...126).map { String(UnicodeScalar($0)) } + ["Ġ", "th"]
        let tokens = characters + (characters.count..<199).map { "\u{e000}\($0)" } + ["<|endoftext|>"]
        let vocabulary = Dictionary(uniqueKeysWithValues: zip(tokens, 0...))
        try JSONEncoder().encode(vocabulary).write(to: URL(fileURLWithPath: path("gpt2/vocab.json")))
        try write("#version: 0.2\nt h\n", to: "gpt2/merges.txt")
    }

    /// Puts the tiny BERT of the encoders' tests into `model`, with `w4` to `w199` for its words.
    func addTinyModel() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let model = tests.appendingPathComponent("FreshetLanguageTests/Fixtures/bert-tiny").path
        try FileManager.default.copyItem(atPath: model, toPath: path("model"))
        let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + (4..<199).map { "w\($0)" } + ["[MASK]"]
        try write(words.joined(separator: "\n"), to: "model/vocab.txt")
    }
}

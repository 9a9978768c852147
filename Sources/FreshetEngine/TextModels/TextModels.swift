import FreshetCore
import FreshetLanguage
import FreshetTensor
import Synchronization

/// The text models that an engine was started with, by name: what tells the classes of texts, and what finds known answers.
final class TextModels: Sendable {
    let classifiers: [String: TextClassifier]
    let replies: [String: ReplyIndex]
    /// Composes answers of what the indices know.
    let composer: ReplyComposer?
    /// How many answers are being composed, or wait for the model.
    private let composing = Mutex(0)
    /// More would wait for longer than a customer does.
    private static let mostComposing = 4
    private let watches: Mutex<[LabelWatch]>
    let pool = ThreadPool(threads: 1)

    /// Reads the models.
    /// - Throws: ``FreshetError`` that names the folder that lacks something, or the rule that cannot hold.
    init(_ language: EngineConfiguration.Language) throws {
        let store = ModelStore()
        classifiers = try Self.read(language.classifiers, "classifier") { folder in
            try TextClassifier(folder: folder) { try store.encoder(named: $0) }
        }
        replies = try Self.read(language.replies, "index of replies") { folder in
            try ReplyIndex(folder: folder) { try store.encoder(named: $0) }
        }
        composer = replies.isEmpty ? nil : try ReplyComposer.named(language.composer, in: store)
        let rules = try language.alerts.map { try LabelAlert($0) }
        for rule in rules {
            guard let classifier = classifiers[rule.classifier] else {
                throw FreshetError.unknown("classifier", rule.classifier, known: classifiers.keys.sorted())
            }
            guard classifier.classes.contains(rule.label) else {
                throw FreshetError.unknown("label of '\(rule.classifier)'", rule.label, known: classifier.classes)
            }
        }
        watches = Mutex(rules.map { LabelWatch($0) })
    }

    /// Composes an answer on a thread of its own: a causal model takes a second or two, for which no other request waits.
    ///
    /// - Parameter compose: asks the model.
    /// - Returns: the answer; `nil` where nothing composes, or too many wait.
    /// - Throws: what the model throws.
    func composing(
        _ compose: @escaping @Sendable (ReplyComposer) throws -> ReplyComposer.Answer?
    ) async throws -> ReplyComposer.Answer? {
        guard let composer, begin() else { return nil }
        defer { composing.withLock { $0 -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            BackgroundThread.start(named: "freshet-replies", niceness: 0) {
                continuation.resume(with: Result { try compose(composer) })
            }
        }
    }

    private func begin() -> Bool {
        composing.withLock { count in
            guard count < Self.mostComposing else { return false }
            count += 1
            return true
        }
    }

    private static func read<Model>(
        _ entries: [String],
        _ what: String,
        _ read: (String) throws -> Model
    ) throws -> [String: Model] {
        var models: [String: Model] = [:]
        for entry in entries {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw FreshetError(.usage, "'\(entry)' names no \(what).", remedy: "Write name=folder.")
            }
            guard models.updateValue(try read(parts[1]), forKey: parts[0]) == nil else {
                throw FreshetError(.usage, "There are two of the name '\(parts[0])'.", remedy: "Name them apart.")
            }
        }
        return models
    }

    /// The model of a name; the only one where none is named.
    /// - Throws: ``FreshetError`` of kind `notFound` or, where several could be meant, `usage`.
    static func find<Model>(_ name: String?, in models: [String: Model], _ what: String) throws -> (
        name: String, model: Model
    ) {
        let known = models.keys.sorted().joined(separator: ", ")
        guard !models.isEmpty else {
            throw FreshetError(.notFound, "This server was started without a \(what).")
        }
        guard let name else {
            guard models.count == 1, let only = models.first else {
                throw FreshetError(.usage, "There is more than one \(what).", remedy: "Name one of \(known).")
            }
            return (only.key, only.value)
        }
        guard let model = models[name] else {
            throw FreshetError(.notFound, "There is no \(what) '\(name)'; there are \(known).")
        }
        return (name, model)
    }

    /// Counts what a classifier has said of a text; the rules that begin to apply, each with its share of how many texts.
    func count(_ label: String, of classifier: String, at time: Int64) -> [(LabelAlert, share: Double, texts: Int)] {
        watches.withLock { watches in
            watches.indices.compactMap { place in
                guard watches[place].rule.classifier == classifier,
                    let (share, texts) = watches[place].count(label, at: time)
                else { return nil }
                return (watches[place].rule, share, texts)
            }
        }
    }
}

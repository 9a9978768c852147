import FreshetCore
import Synchronization

/// Composes one answer to a question from the best known ones, by a causal model.
///
/// It invents nothing. Where no known answer is alike enough to be given without a person there is no answer. Where the model
/// says a word or a number that neither the known answers nor the question have, its text is dropped and the best known answer
/// stands as it is. Always the likeliest token is taken, so the same question has the same answer.
public final class ReplyComposer: Sendable {
    /// An answer.
    public struct Answer: Sendable, Equatable, Codable {
        /// What is said.
        public var text: String
        /// Whether the model composed it; otherwise it is the best known answer as it is.
        public var isComposed: Bool

        /// Creates an answer.
        public init(text: String, isComposed: Bool) { (self.text, self.isComposed) = (text, isComposed) }
    }

    private static let task = "Answer the question in one or two sentences, with nothing but what the notes say.\n\n"
    /// So much of a known answer is read.
    private static let noteScalars = 1_000
    /// Words that join others and say nothing of their own.
    private static let joining: Set<String> = [
        "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "have", "i", "if", "in", "is", "it", "its",
        "of", "on",
        "or", "our", "that", "the", "then", "they", "this", "to", "we", "with", "you", "your",
    ]

    /// What the model is called.
    public let name: String
    private let generator: Mutex<TextGenerator>
    private let settings: GenerationSettings

    /// Takes a causal model.
    ///
    /// - Parameters:
    ///   - maximumTokens: how long an answer is at most.
    ///   - model: finds the model; called once.
    /// - Throws: `FreshetError`, of kind `usage` for a model that is not causal.
    public init(maximumTokens: Int = 64, model: () throws -> TextEncoder) throws {
        let encoder = try model()
        name = encoder.name
        generator = Mutex(try TextGenerator(encoder))
        var settings = GenerationSettings()
        (settings.maximumTokens, settings.stops) = (maximumTokens, ["\n"])
        try settings.validate()
        self.settings = settings
    }

    /// What composes under a name.
    ///
    /// - Parameters:
    ///   - name: an installed model, a model's folder, `none`, or `auto`: the first installed causal model
    ///     from whose tokens texts can be put together, in bytes.
    ///   - store: the installed models.
    /// - Returns: `nil` where nothing composes.
    /// - Throws: `FreshetError` when there is no such model, or it is not causal.
    public static func named(_ name: String, in store: ModelStore = ModelStore()) throws -> ReplyComposer? {
        switch name {
        case "none": nil
        case EncoderChoice.automatic:
            // Nobody asked for any of them, so one that does not do is passed over.
            store.causal.lazy.compactMap { name in
                try? ReplyComposer { try store.encoder(named: name, precision: .int8) }
            }.first
        default: try ReplyComposer { try store.encoder(named: name) }
        }
    }

    /// One answer to a question.
    ///
    /// - Parameters:
    ///   - question: the question.
    ///   - reply: what is known to it.
    ///   - threshold: from which likeness on an answer is given (``ReplyIndex/threshold``).
    /// - Returns: the answer, or `nil`: ask a person.
    /// - Throws: `FreshetError` when the settings are out of range.
    public func answer(to question: String, from reply: ReplyIndex.Reply, threshold: Float) throws -> Answer? {
        let notes = reply.answers.filter { $0.likeness >= threshold }.map(\.entry.answer)
        guard reply.isSure, let best = notes.first else { return nil }
        let text = try generator.withLock { generator in
            try generator.text(after: Self.prompt(question, notes, in: generator, settings), settings)
        }
        let answer = String(text.drop(while: \.isWhitespace))
        guard Self.isSupported(answer, by: notes + [question]) else { return Answer(text: best, isComposed: false) }
        return Answer(text: answer, isComposed: true)
    }

    /// The task with as many of the notes as there is room for, the best first.
    private static func prompt(
        _ question: String,
        _ notes: [String],
        in generator: TextGenerator,
        _ settings: GenerationSettings
    ) -> String {
        let end = "\nQuestion: \(beginning(of: question))\nAnswer:"
        var left = generator.capacity - settings.maximumTokens - generator.tokens(of: task + end).count
        var prompt = task
        for note in notes {
            let line = "Note: \(beginning(of: note))\n"
            left -= generator.tokens(of: line).count
            if left < 0 { break }
            prompt += line
        }
        return prompt + end
    }

    private static func beginning(of text: String) -> String {
        String(text.unicodeScalars.prefix(noteScalars).map { $0 == "\n" ? " " : Character($0) })
    }

    /// Whether a text has words, and none of its own but those that join others.
    static func isSupported(_ text: String, by sources: [String]) -> Bool {
        let tokenizer = WordTokenizer()
        let words = tokenizer.tokens(in: text)
        let known = Set(sources.flatMap(tokenizer.tokens))
        return !words.isEmpty && words.allSatisfy { known.contains($0) || joining.contains($0) }
    }
}

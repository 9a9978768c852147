import FreshetCore
import FreshetLanguage
import FreshetRecommendation
import Logging

/// What texts are about, and what is known to questions.
extension Engine {
    /// The most texts of one call.
    public static let mostTexts = 256
    /// The number of texts that are read before others get their turn.
    private static let together = 8

    /// What a classifier says of texts: for each the most probable labels, the best first.
    ///
    /// Each counts for the rules on the classifier (``LabelAlert``).
    ///
    /// - Parameters:
    ///   - texts: the texts.
    ///   - name: which classifier; the only one unless given.
    ///   - top: how many labels of each.
    /// - Returns: the labels, in the order of the texts.
    /// - Throws: ``FreshetError`` of kind `notFound` for a classifier that there is not, of kind `usage` for too many texts, or
    ///   where several classifiers could be meant.
    public func classify(_ texts: [String], by name: String? = nil, top: Int = 1) async throws -> Classification {
        let (name, classifier) = try TextModels.find(name, in: textModels.classifiers, "classifier")
        guard (1...Self.mostTexts).contains(texts.count) else {
            throw FreshetError(.usage, "\(texts.count) texts in one call.", remedy: "Give 1 to \(Self.mostTexts).")
        }
        let K = classifier.classes.count
        var results: [[ClassifiedLabel]] = []
        for start in stride(from: 0, to: texts.count, by: Self.together) {
            try Task.checkCancellation()
            let part = Array(texts[start..<min(start + Self.together, texts.count)])
            let probabilities = classifier.probabilities(of: part, on: textModels.pool)
            for row in part.indices {
                let labels = classifier.ranked(probabilities[row * K..<(row + 1) * K])
                results.append(labels.prefix(top).map { ClassifiedLabel(label: $0.name, probability: $0.probability) })
                if let best = labels.first { watch(best.name, of: name) }
            }
            await Task.yield()
        }
        return Classification(classifier: name, results: results)
    }

    /// The best known answers to a question, and one that is composed of them where a causal model does that
    /// (``EngineConfiguration/Language/composer``).
    ///
    /// - Parameters:
    ///   - question: the question.
    ///   - name: which index; the only one unless given.
    ///   - count: how many answers at most.
    /// - Returns: the answers, and whether a person should give one.
    /// - Throws: ``FreshetError`` of kind `notFound` for an index that there is not, of kind `usage` where several could be meant.
    public func replies(to question: String, by name: String? = nil, count: Int = 3) async throws -> KnownReplies {
        let (name, index) = try TextModels.find(name, in: textModels.replies, "index of replies")
        let reply = index.replies(to: [question], count: count, on: textModels.pool)[0]
        let composed =
            reply.isSure
            ? try await textModels.composing { try $0.answer(to: question, from: reply, threshold: index.threshold) }
            : nil
        return KnownReplies(
            replies: name,
            asksAPerson: !reply.isSure,
            answers: reply.answers.map {
                KnownReplies.Answer(question: $0.entry.question, answer: $0.entry.answer, likeness: $0.likeness)
            },
            answer: composed?.text,
            composer: composed?.isComposed == true ? textModels.composer?.name : nil
        )
    }

    private func watch(_ label: String, of classifier: String) {
        let time = clock.milliseconds
        for (rule, share, texts) in textModels.count(label, of: classifier, at: time) {
            let percent = Int((100 * share).rounded())
            let decision = Decision(
                kind: .alert,
                version: live.current.version,
                time: time,
                offset: store.newestOffset,
                reason: "\(percent)% of \(texts) texts are '\(label)' (\(rule)).",
                evidence: ["share": share, "texts": Double(texts)]
            )
            decisionLog.add(decision)
            records.add(.decision(decision))
            logger.warning("\(decision.reason)", metadata: ["classifier": "\(classifier)"])
            alertSource.yield(decision)
        }
    }
}

/// What a classifier says of texts.
public struct Classification: Sendable, Equatable, Codable {
    /// Its name.
    public var classifier: String
    /// The labels of each text, the most probable first.
    public var results: [[ClassifiedLabel]]
}

/// A label of a text.
public struct ClassifiedLabel: Sendable, Equatable, Codable {
    /// Its name.
    public var label: String
    /// How probable it is, 0 to 1.
    public var probability: Float
}

/// What is known to a question.
public struct KnownReplies: Sendable, Equatable, Codable {
    /// A known answer.
    public struct Answer: Sendable, Equatable, Codable {
        /// The question that it answered.
        public var question: String
        /// The answer.
        public var answer: String
        /// How alike the questions are.
        public var likeness: Float
    }

    /// The name of the index.
    public var replies: String
    /// Whether a person should answer, since no known question is alike enough.
    public var asksAPerson: Bool
    /// The answers, the best first.
    public var answers: [Answer]
    /// What to say, where the server composes answers, is not busy with others, and no person is to be asked.
    public var answer: String?
    /// The model that composed it; `nil` where it is the best known answer as it is.
    public var composer: String?

    enum CodingKeys: String, CodingKey {
        case replies, answers, answer, composer
        case asksAPerson = "ask_a_person"
    }
}

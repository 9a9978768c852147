import FreshetCore
import FreshetTensor

/// Answers that are known, found by the questions that they answered: for what customers ask again and again.
///
/// A question is compared with the known ones. Below a likeness that was found out when the index was made, a person should
/// answer.
public struct ReplyIndex: Sendable {
    /// A question with its answer.
    public struct Entry: Sendable, Equatable, Codable {
        /// What was asked.
        public let question: String
        /// What was answered.
        public let answer: String

        /// Creates an entry.
        public init(question: String, answer: String) { (self.question, self.answer) = (question, answer) }
    }

    /// What is said to a question.
    public struct Reply: Sendable, Equatable {
        /// The best answers, each once, with how alike its question is.
        public var answers: [(entry: Entry, likeness: Float)]
        /// Whether the first is likely enough right to be given without a person.
        public var isSure: Bool

        /// Whether both say the same.
        public static func == (one: Reply, other: Reply) -> Bool {
            one.isSure == other.isSure && one.answers.map(\.entry) == other.answers.map(\.entry)
                && one.answers.map(\.likeness) == other.answers.map(\.likeness)
        }
    }

    /// The questions that are compared at once.
    private static let batch = 256
    /// On how many questions it is tried what each of several matchers should count, and on how many pairs at most.
    private static let (weighing, weighedPairs) = (500, 20_000_000)

    /// The questions and answers.
    public let entries: [Entry]
    /// From which likeness on an answer is given; above 1 where a person always has to.
    public let threshold: Float
    let matcher: any TextMatcher

    /// Puts an index together.
    init(_ entries: [Entry], _ matcher: any TextMatcher, threshold: Float) {
        precondition(matcher.count == entries.count, "\(matcher.count) texts of \(entries.count) entries")
        (self.entries, self.matcher, self.threshold) = (entries, matcher, threshold)
    }

    /// Makes an index and finds its threshold.
    ///
    /// Of several matchers (``MeanMatcher``) each counts what makes known questions in other words find their answers best. Every known question is put in other words (``TextNoise``) and asked twice: with its own answer known and with it
    /// unknown, when every answer is wrong. The threshold is the lowest likeness from which on so many of the given answers
    /// are right as is asked for.
    ///
    /// - Parameters:
    ///   - entries: the questions and answers.
    ///   - matcher: compares with the questions, in their order.
    ///   - reliability: the share of given answers that should be right.
    ///   - seed: decides the other words.
    ///   - pool: the threads.
    public init(
        _ entries: [Entry],
        matchedBy matcher: any TextMatcher,
        reliability: Double,
        seed: UInt64,
        on pool: ThreadPool
    ) {
        let noise = TextNoise(wordsOf: entries.map(\.question))
        var random = RandomSource.stream(seed: seed, 24)
        let asked = entries.map { noise.disturbed($0.question, using: &random) }
        let numbers = Self.numbersOfAnswers(entries)
        let matcher = Self.weighed(matcher, asked, numbers, seed: seed, on: pool)
        var trials: [(likeness: Float, isRight: Bool)] = []
        Self.forEachRow(asked, matcher, on: pool) { row, likeness in
            var (best, bestOther) = (likeness.startIndex, -1)
            for place in likeness.indices {
                if likeness[place] > likeness[best] { best = place }
                guard numbers[place - likeness.startIndex] != numbers[row] else { continue }
                if bestOther < 0 || likeness[place] > likeness[bestOther] { bestOther = place }
            }
            trials.append((likeness[best], numbers[best - likeness.startIndex] == numbers[row]))
            if bestOther >= 0 { trials.append((likeness[bestOther], false)) }
        }
        self.init(entries, matcher, threshold: Self.threshold(trials, reliability: reliability))
    }

    /// What is said to some questions.
    ///
    /// - Parameters:
    ///   - questions: the questions.
    ///   - count: how many answers at most.
    ///   - pool: the threads.
    /// - Returns: a reply to each.
    public func replies(to questions: [String], count: Int, on pool: ThreadPool) -> [Reply] {
        var replies: [Reply] = []
        Self.forEachRow(questions, matcher, on: pool) { _, likeness in
            let order = likeness.indices.sorted { (likeness[$1], $0) < (likeness[$0], $1) }
            var seen: Set<String> = []
            var answers: [(entry: Entry, likeness: Float)] = []
            for place in order where answers.count < count && likeness[place] > 0 {
                let entry = entries[place - likeness.startIndex]
                if seen.insert(entry.answer).inserted { answers.append((entry, likeness[place])) }
            }
            replies.append(Reply(answers: answers, isSure: answers.first.map { $0.likeness >= threshold } ?? false))
        }
        return replies
    }

    /// The lowest likeness from which on enough of what is answered is right; above 1 where none is.
    static func threshold(_ trials: [(likeness: Float, isRight: Bool)], reliability: Double) -> Float {
        var (right, threshold) = (0, Float(2))
        let sorted = trials.sorted { $0.likeness > $1.likeness }
        for (place, trial) in sorted.enumerated() {
            right += trial.isRight ? 1 : 0
            // Of those that are equally alike all are answered, or none.
            let isLast = place + 1 == sorted.count || sorted[place + 1].likeness < trial.likeness
            if isLast, Double(right) >= reliability * Double(place + 1) { threshold = trial.likeness }
        }
        return threshold
    }

    private static func weighed(
        _ matcher: any TextMatcher,
        _ asked: [String],
        _ numbers: [Int],
        seed: UInt64,
        on pool: ThreadPool
    ) -> any TextMatcher {
        guard let mean = matcher as? MeanMatcher, mean.parts.count > 1 else { return matcher }
        var random = RandomSource.stream(seed: seed, 25)
        let limit = min(weighing, max(20, weighedPairs / max(asked.count, 1)))
        let tried = asked.indices.shuffled(using: &random).prefix(limit)
        let texts = tried.map { TextClassifier.beginning(of: asked[$0]) }
        return mean.weighed(byFinding: tried.map { numbers[$0] }, with: texts, groups: numbers, on: pool)
    }

    private static func numbersOfAnswers(_ entries: [Entry]) -> [Int] {
        var numbers: [String: Int] = [:]
        return entries.map { entry in
            let number = numbers[entry.answer] ?? numbers.count
            numbers[entry.answer] = number
            return number
        }
    }

    /// Compares texts with the collection, some at a time.
    private static func forEachRow(
        _ texts: [String],
        _ matcher: any TextMatcher,
        on pool: ThreadPool,
        _ body: (_ row: Int, _ likeness: ArraySlice<Float>) -> Void
    ) {
        for start in stride(from: 0, to: texts.count, by: batch) {
            let part = texts[start..<min(start + batch, texts.count)]
            let likeness = matcher.likeness(of: part.map(TextClassifier.beginning), on: pool)
            for row in part.indices {
                let first = (row - start) * matcher.count
                body(row, likeness[first..<first + matcher.count])
            }
        }
    }
}

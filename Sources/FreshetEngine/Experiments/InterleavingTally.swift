import FreshetExperiments
import FreshetFeedback

/// Whose places users click in answers that several rankers made together, kept up with what comes of the answers.
struct InterleavingTally: Sendable {
    /// An answer that may still be clicked.
    private struct Answer {
        let teams: [UInt8]
        var credits: [Int]
    }

    /// What is known so far.
    private(set) var test: InterleavingTest
    private let rankers: Int
    private var answers: [UInt64: Answer] = [:]
    private var order: [(time: Int64, answer: UInt64)] = []
    private var gone = 0
    private let memory = FeedbackRules().memory

    /// Begins without answers.
    ///
    /// - Parameters:
    ///   - rankers: how many there are.
    ///   - alpha: the chance of error for which the intervals are tightest.
    init(rankers: Int, alpha: Double) {
        self.rankers = rankers
        test = InterleavingTest(rankers: rankers, alpha: alpha)
    }

    /// Takes what came of an answer.
    mutating func take(_ outcome: FeedbackOutcome) {
        switch outcome.change {
        case .answered(_, _, let teams):
            guard let teams else { return }
            forget(before: outcome.time - memory)
            answers[outcome.answer] = Answer(teams: teams, credits: [Int](repeating: 0, count: rankers))
            order.append((outcome.time, outcome.answer))
        case .clicked(let position, _):
            guard var answer = answers[outcome.answer], answer.teams.indices.contains(position),
                answer.credits.indices.contains(Int(answer.teams[position]))
            else { return }
            let former = answer.credits
            answer.credits[Int(answer.teams[position])] += 1
            test.change(former, to: answer.credits, user: outcome.user)
            answers[outcome.answer] = answer
        case .seen, .converted, .takenBack, .satisfied: break
        }
    }

    /// Forgets who a user was; what they clicked stays counted.
    mutating func forget(_ user: UInt64) { test.forget(user) }

    private mutating func forget(before time: Int64) {
        while gone < order.count, order[gone].time < time {
            answers[order[gone].answer] = nil
            gone += 1
        }
        if gone > 1024, gone * 2 > order.count {
            order.removeFirst(gone)
            gone = 0
        }
    }
}

import FreshetExperiments
import FreshetFeedback

/// What the users of one experiment did, kept up with what comes of their answers.
struct ExperimentTally: Sendable {
    /// An answer of several variants that may still be clicked.
    private struct Answer {
        let teams: [UInt8]
        var credits: [Int]
    }

    /// The experiment as it was when it began.
    let served: ServedExperiment
    private var data: ExperimentData
    private var interleaving: InterleavingTest
    private var bandit: BanditTally
    private let covariates: [UInt64: [Double]]
    private var answers: [UInt64: Answer] = [:]
    private var order: [(time: Int64, answer: UInt64)] = []
    private var gone = 0
    private let memory = FeedbackRules().memory

    /// Begins without answers.
    ///
    /// - Parameters:
    ///   - served: the experiment.
    ///   - covariates: what users did before it, by metric.
    /// - Throws: ``FreshetError`` of kind `usage` for an unknown metric.
    init(_ served: ServedExperiment, covariates: [UInt64: [Double]]) throws {
        self.served = served
        self.covariates = covariates
        data = try ExperimentData(served.experiment)
        bandit = BanditTally(served)
        interleaving = InterleavingTest(
            rankers: served.experiment.variants.count,
            alpha: served.experiment.rules.alpha
        )
    }

    // MARK: One variant an answer

    /// Takes what came of an answer of a variant; users who saw another variant first do not count.
    mutating func take(_ outcome: FeedbackOutcome, of variant: Int) {
        guard served.method != .bandit else { return bandit.take(outcome, of: variant) }
        if case .answered = outcome.change {
            data.expose(outcome.user, to: variant, covariates: covariates[outcome.user] ?? [])
        }
        guard data.variant(of: outcome.user) == variant else { return }
        for (place, metric) in data.metrics.enumerated() {
            if case .seen(_, let before) = outcome.change, metric.name == "ctr", before > 0 {
                data.retract(0, per: Double(before), metric: place, unit: outcome.user)
            }
            guard let part = outcome.change.contribution(to: metric.name) else { continue }
            data.add(part.above, per: part.below, metric: place, unit: outcome.user)
        }
    }

    // MARK: Several variants an answer

    /// Takes what came of an answer that several variants made together.
    mutating func takeTogether(_ outcome: FeedbackOutcome) {
        switch outcome.change {
        case .answered(_, _, let teams):
            guard let teams else { return }
            forget(before: outcome.time - memory)
            answers[outcome.answer] = Answer(teams: teams, credits: served.experiment.variants.map { _ in 0 })
            order.append((outcome.time, outcome.answer))
        case .clicked(let position, _):
            guard var answer = answers[outcome.answer], answer.teams.indices.contains(position),
                answer.credits.indices.contains(Int(answer.teams[position]))
            else { return }
            let former = answer.credits
            answer.credits[Int(answer.teams[position])] += 1
            interleaving.change(former, to: answer.credits, user: outcome.user)
            answers[outcome.answer] = answer
        case .seen, .converted, .takenBack, .satisfied: break
        }
    }

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

    // MARK: Users and figures

    /// Forgets who a user was; what they did stays counted.
    mutating func forget(_ user: UInt64) {
        data.forget(user)
        interleaving.forget(user)
        bandit.forget(user)
    }

    /// Takes it that a bandit's windows begin, as the experiment says.
    mutating func follow(_ served: ServedExperiment) { bandit.follow(served) }

    /// What a bandit's variants would get next.
    var allocation: ThompsonAllocation { bandit.allocation(isHigherBetter: data.metrics[0].isHigherBetter) }

    /// What it has shown so far.
    ///
    /// - Parameters:
    ///   - served: the experiment as it is now.
    ///   - days: for how many days it has run.
    /// - Returns: the figures, with the verdict.
    func figures(of served: ServedExperiment, days: Double) -> ExperimentFigures {
        switch served.method {
        case .split: .comparison(ExperimentReport(served.experiment, data: data, days: days))
        case .interleaving: .preference(InterleavingReport(served.experiment, test: interleaving, days: days))
        case .bandit:
            .allocation(
                BanditReport(
                    served.experiment,
                    shares: served.windows.last?.shares ?? [],
                    next: allocation,
                    windows: bandit.counted,
                    days: days
                )
            )
        }
    }
}

extension FeedbackOutcome.Change {
    /// What it adds to the two sums of a metric; `nil` where it has nothing to do with it.
    func contribution(to metric: String) -> (above: Double, below: Double)? {
        switch (self, metric) {
        case (.answered(let items, _, _), "ctr"): items > 0 ? (0, Double(items)) : nil
        case (.answered, "conversion"), (.answered, "value"), (.answered, "acceptance"): (0, 1)
        case (.answered(let items, _, _), "empty"): (items == 0 ? 1 : 0, 1)
        case (.answered(_, let latency?, _), "latency"): (Double(latency), 1)
        case (.seen(let count, _), "ctr"): count > 0 ? (0, Double(count)) : nil
        case (.clicked, "ctr"), (.clicked(_, true), "acceptance"): (1, 0)
        case (.converted, "conversion"): (1, 0)
        case (.takenBack, "conversion"): (-1, 0)
        case (.converted(let value), "value"): (value, 0)
        case (.takenBack(let value), "value"): (-value, 0)
        case (.satisfied(let value), "satisfaction"): (value, 1)
        default: nil
        }
    }
}

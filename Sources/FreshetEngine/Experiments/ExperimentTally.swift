import FreshetExperiments
import FreshetFeedback

/// What the users of one experiment did, kept up with what comes of their answers.
struct ExperimentTally: Sendable {
    /// The experiment as it was when it began.
    let served: ServedExperiment
    private var data: ExperimentData
    private var interleaving: InterleavingTally
    private var bandit: BanditTally
    private let covariates: [UInt64: [Double]]
    /// When the shares changed, ascending; the first is the beginning.
    private var periods: [AllocationPeriod]
    /// How many of them have begun by what was taken.
    private var begun = 1

    /// Begins without answers.
    ///
    /// - Parameters:
    ///   - served: the experiment.
    ///   - covariates: what users did before it, by metric.
    /// - Throws: ``FreshetError`` of kind `usage` for an unknown metric.
    init(_ served: ServedExperiment, covariates: [UInt64: [Double]]) throws {
        self.served = served
        self.covariates = covariates
        periods = served.periods ?? []
        data = try ExperimentData(served.experiment, shares: periods.first?.shares)
        bandit = BanditTally(served)
        interleaving = InterleavingTally(
            rankers: served.experiment.variants.count,
            alpha: served.experiment.rules.alpha
        )
    }

    // MARK: One variant an answer

    /// Takes what came of an answer of a variant; users who saw another variant first do not count.
    mutating func take(_ outcome: FeedbackOutcome, of variant: Int) {
        guard served.method != .bandit else { return bandit.take(outcome, of: variant) }
        if case .answered = outcome.change {
            begin(before: outcome.time)
            data.expose(
                outcome.user,
                to: variant,
                covariates: covariates[outcome.user] ?? [],
                segment: outcome.segments.isEmpty ? nil : outcome.segments
            )
        }
        guard data.variant(of: outcome.user) == variant else { return }
        let weight = data.weight(of: variant, in: period(at: outcome.time))
        for (place, metric) in data.metrics.enumerated() {
            if case .seen(_, let before) = outcome.change, metric.name == "ctr", before > 0 {
                data.retract(0, per: weight * Double(before), metric: place, unit: outcome.user)
            }
            guard let part = outcome.change.contribution(to: metric.name) else { continue }
            data.add(weight * part.above, per: weight * part.below, metric: place, unit: outcome.user)
        }
    }

    /// Lets the periods begin that had begun at a time.
    private mutating func begin(before time: Int64) {
        while begun < periods.count, periods[begun].started <= time {
            data.expect(periods[begun].shares)
            begun += 1
        }
    }

    /// The period that an answer of a time is of, from 0.
    private func period(at time: Int64) -> Int {
        periods.prefix(begun).lastIndex { $0.started <= time } ?? 0
    }

    // MARK: Several variants an answer

    /// Takes what came of an answer that several variants made together.
    mutating func takeTogether(_ outcome: FeedbackOutcome) { interleaving.take(outcome) }

    // MARK: Users and figures

    /// Forgets who a user was; what they did stays counted.
    mutating func forget(_ user: UInt64) {
        data.forget(user)
        interleaving.forget(user)
        bandit.forget(user)
    }

    /// Takes it that a bandit's windows or other shares begin, as the experiment says.
    mutating func follow(_ served: ServedExperiment) {
        bandit.follow(served)
        periods = served.periods ?? []
    }

    /// What a bandit's variants get in a window of a number; in the next one when `nil`.
    func allocation(in window: Int? = nil) -> ThompsonAllocation {
        bandit.allocation(isHigherBetter: data.metrics[0].isHigherBetter, in: window)
    }

    /// What it has shown so far.
    ///
    /// - Parameters:
    ///   - served: the experiment as it is now.
    ///   - days: for how many days it has run.
    /// - Returns: the figures, with the verdict.
    func figures(of served: ServedExperiment, days: Double) -> ExperimentFigures {
        switch served.method {
        case .split: .comparison(ExperimentReport(served.experiment, data: data, days: days))
        case .interleaving: .preference(InterleavingReport(served.experiment, test: interleaving.test, days: days))
        case .bandit:
            .allocation(
                BanditReport(
                    served.experiment,
                    shares: served.windows.last?.shares ?? [],
                    next: allocation(),
                    windows: bandit.counted(),
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
        case (.answered, "conversion"), (.answered, "value"), (.answered, "profit"), (.answered, "acceptance"): (0, 1)
        case (.answered(let items, _, _), "empty"): (items == 0 ? 1 : 0, 1)
        case (.answered(_, let latency?, _), "latency"): (Double(latency), 1)
        case (.seen(let count, _), "ctr"): count > 0 ? (0, Double(count)) : nil
        case (.clicked, "ctr"), (.clicked(_, true), "acceptance"): (1, 0)
        case (.converted, "conversion"): (1, 0)
        case (.takenBack, "conversion"): (-1, 0)
        case (.converted(let value, _), "value"): (value, 0)
        case (.takenBack(let value, _), "value"): (-value, 0)
        case (.converted(_, let profit?), "profit"): (profit, 0)
        case (.takenBack(_, let profit?), "profit"): (-profit, 0)
        case (.satisfied(let value), "satisfaction"): (value, 1)
        default: nil
        }
    }
}

import FreshetCore
import FreshetModels

extension LearningLoop {
    private static let mostRows = 40

    /// Measures what is live on every kept period: recall@20 of the transformer alone, as counts have no older state.
    func measureForgetting() {
        if isPeriodOver, let newest = kept.closed.last {
            isPeriodOver = false
            if forgetting.periods.count == kept.limit { forgetting.removeFirstPeriod() }
            let dates = [newest.firstTime, newest.lastTime].map { Timestamp.text(from: $0).prefix(10) }
            forgetting.addPeriod(dates[0] == dates[1] ? "\(dates[0])" : "\(dates[0]) – \(dates[1])")
        }
        guard let scorer = live.trained?.scorer, !kept.closed.isEmpty else { return }
        forgetting.addRow(
            live.version,
            learnedPeriods: kept.closed.count { $0.lastOffset <= live.offset },
            scores: kept.recall(of: scorer)
        )
        forgetting.thin(toRows: Self.mostRows)
    }
}

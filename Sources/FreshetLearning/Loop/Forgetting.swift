import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN

/// Measures how well what goes live predicts what was learned before: recall@20 of its model alone on a sample of every
/// period, as the counts have no older state.
struct Forgetting {
    /// How many models are kept.
    private static let rows = 20

    /// Recall by model and period, the running one included.
    private(set) var matrix = ForgettingMatrix()
    private let isOn: Bool
    private var kept: KeptPeriods
    private var isPeriodOver = false

    /// Starts without a period.
    ///
    /// - Parameters:
    ///   - periodEvents: how many events make a period; 0 measures nothing.
    ///   - microBatch: the least that can.
    ///   - seed: the seed of the samples.
    init(periodEvents: Int, microBatch: Int, seed: UInt64) {
        isOn = periodEvents > 0
        kept = KeptPeriods(periodEvents: max(periodEvents, microBatch), seed: seed)
    }

    /// Takes in an event before it is learned, or one that was learned long ago.
    mutating func note(_ event: StreamEvent) {
        guard isOn else { return }
        if !kept.isOpen {
            if kept.closed.count == kept.limit { matrix.removeFirstPeriod() }
            let date = event.event.time.text.prefix(10)
            matrix.addPeriod("from \(date), event \(event.event.offset)")
        }
        if kept.offer(event) { isPeriodOver = true }
    }

    /// Measures what is live when a period is over; what went live meanwhile has learned it.
    mutating func measureAfterPeriod(_ live: ServedState) {
        guard isPeriodOver else { return }
        measure(live)
    }

    /// Measures what was put live.
    ///
    /// A version that is measured again, as after a rollback, keeps one row, the newest.
    mutating func measure(_ live: ServedState) {
        isPeriodOver = false
        guard let scorer = live.trained?.scorer, !kept.periods.isEmpty else { return }
        if let earlier = matrix.versions.firstIndex(of: live.version) { matrix.removeRow(at: earlier) }
        matrix.addRow(
            live.version,
            learnedPeriods: kept.periods(learnedUpTo: live.offset),
            scores: kept.recall(of: scorer)
        )
        matrix.thin(toRows: Self.rows)
    }

    /// Forgets a user's events.
    mutating func erase(_ user: UserIndex) { kept.erase(user) }
}

// MARK: - Checkpoints

extension Forgetting {
    /// The samples as named arrays; ``matrix`` goes with the loop's state.
    func checkpoint() -> Checkpoint { Checkpoint(arrays: kept.arrays()) }

    /// Takes over samples and what was measured on them.
    /// - Throws: `FreshetError` of kind `invalidData` when the arrays do not fit together.
    mutating func restore(_ checkpoint: Checkpoint, _ measured: ForgettingMatrix) throws {
        try kept.restore(checkpoint)
        matrix = measured
        guard matrix.periods.count != kept.periods.count else { return }
        // Columns without their samples say nothing any more.
        matrix = ForgettingMatrix()
        for period in kept.periods { matrix.addPeriod("up to event \(period.lastOffset)") }
    }
}

import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetLearning
import FreshetModels
import FreshetTensor

/// Keeps some events of every period of the log, and after each promotion measures how well each is still predicted.
struct ForgettingMeter {
    /// Events of a period that are kept.
    private static let sample = 100
    /// Periods and promotions that are kept.
    private static let periods = 12
    private static let rows = 20
    private static let cutoff = 20

    private struct Period {
        var events: [StreamEvent] = []
        var seen = 0
    }

    /// How many events make a period.
    private let length: Int
    private var windows: [Period] = []
    private var matrix = ForgettingMatrix()

    init(periodLength: Int) { length = max(Self.sample, periodLength) }

    /// Takes in an event before it is learned; every so manieth of a period is kept, if it likes its item.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - history: its user's events before it; asked for only when the event is kept.
    mutating func note(_ event: LoggedEvent, after history: @autoclosure () -> History) {
        if windows.last.map({ $0.seen >= length }) ?? true { addPeriod(from: event) }
        let last = windows.count - 1
        if windows[last].seen % (length / Self.sample) == 0, event.weight > 0 {
            windows[last].events.append(StreamEvent(event: event, history: history(), isNewItem: false))
        }
        windows[last].seen += 1
    }

    private mutating func addPeriod(from event: LoggedEvent) {
        if windows.count == Self.periods {
            windows.removeFirst()
            matrix.removeFirstPeriod()
        }
        windows.append(Period())
        matrix.addPeriod("from \(event.time.text.prefix(10)), event \(event.offset)")
    }

    /// Measures what was put live on every period.
    mutating func measure(_ state: ServedState) {
        guard let scorer = state.trained?.scorer, !windows.isEmpty else { return }
        let scores = windows.map { Self.recall(of: scorer, on: $0.events) }
        // The running period is learned up to now; it counts as learned when half of it has been.
        let learned = windows.count - (windows[windows.count - 1].seen * 2 < length ? 1 : 0)
        // A version that goes live again after a rollback keeps one row, the newest.
        if let earlier = matrix.versions.firstIndex(of: state.version) { matrix.removeRow(at: earlier) }
        if matrix.versions.count == Self.rows { matrix.removeRow(at: 0) }
        matrix.addRow(state.version, learnedPeriods: learned, scores: scores)
    }

    /// Forgets a user's events.
    mutating func erase(_ user: UserIndex) {
        for index in windows.indices { windows[index].events.removeAll { $0.event.user == user } }
    }

    /// What the status shows.
    var status: EngineStatus.Forgetting {
        var status = EngineStatus.Forgetting()
        status.periods = matrix.periods
        status.versions = matrix.versions
        status.scores = matrix.scores
        status.backwardTransfer = matrix.backwardTransfer
        return status
    }

    /// Recall@20 over the whole catalogue; `nil` without an event of a known user.
    private static func recall(of scorer: any Scorer, on events: [StreamEvent]) -> Double? {
        let V = scorer.itemCount
        let known = events.filter { event in
            event.history.count > 0 && event.history.items.allSatisfy { $0.position < V }
        }
        guard !known.isEmpty else { return nil }
        let ranks = NextItemRanks.ranks(
            of: scorer,
            contexts: known.map { ScoringContext(user: nil, history: $0.history) },
            items: known.map(\.event.item),
            pool: ThreadPool(threads: 1)
        )
        return Double(ranks.count { $0 <= cutoff }) / Double(known.count)
    }
}

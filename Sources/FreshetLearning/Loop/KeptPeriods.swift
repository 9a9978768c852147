import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor

/// Samples of the stream's past, period by period: what forgetting is measured on.
///
/// A period is a number of events. Of each a uniform sample is kept (Vitter, "Random sampling with a reservoir", 1985),
/// every event with the history that it had, so that any model can be asked to predict it again.
struct KeptPeriods: Sendable, Equatable {
    /// A period's sample.
    struct Period: Sendable, Equatable, Codable {
        var firstTime: Int64
        var lastTime: Int64
        var lastOffset: Int64
        /// How many events the period has had.
        var seen = 0
        var kept: [Kept] = []
    }

    /// An event with its history.
    struct Kept: Sendable, Equatable, Codable {
        var item: ItemIndex
        var user: UserIndex
        var items: [ItemIndex]
        var times: [Timestamp]
        var types: [UInt8]

        /// The events on items below a number; `nil` when there is none.
        func history(below count: Int) -> History? {
            let known = items.indices.filter { items[$0].position < count }
            guard !known.isEmpty else { return nil }
            return History(
                items: known.map { items[$0] }[...],
                times: times.isEmpty ? [] : known.map { times[$0] }[...],
                types: types.isEmpty ? [] : known.map { types[$0] }[...]
            )
        }
    }

    private static let depth = 20
    private static let block = 16

    let periodEvents: Int
    let sampleSize: Int
    let contextLength: Int
    let limit: Int
    private(set) var closed: [Period] = []
    /// The running period; `nil` between the last event of one and the first of the next.
    private var open: Period?
    private var random: RandomSource

    init(periodEvents: Int, sampleSize: Int = 128, contextLength: Int = 50, limit: Int = 10, seed: UInt64) {
        self.periodEvents = periodEvents
        self.sampleSize = sampleSize
        self.contextLength = contextLength
        self.limit = limit
        random = RandomSource.stream(seed: seed, 0x4B50)
    }

    /// Whether a period runs.
    var isOpen: Bool { open != nil }

    /// All periods, the running one last.
    var periods: [Period] { closed + (open.map { [$0] } ?? []) }

    /// How many periods, from the first, weights have learned that have learned events up to an offset; the running one
    /// counts when half of it has been.
    func periods(learnedUpTo offset: Int64) -> Int {
        periods.count { $0.lastOffset <= offset && $0.seen * 2 >= periodEvents }
    }

    /// Takes an event; when there are too many periods the first goes.
    /// - Returns: whether it was the last one of its period.
    mutating func offer(_ event: StreamEvent) -> Bool {
        if open == nil, closed.count == limit { closed.removeFirst() }
        let time = event.event.time.seconds
        var period = open ?? Period(firstTime: time, lastTime: time, lastOffset: 0)
        open = nil
        period.lastTime = max(period.lastTime, time)
        period.lastOffset = event.event.offset
        period.seen += 1
        if event.event.weight > 0, event.history.likingCount > 0 {
            if period.kept.count < sampleSize {
                period.kept.append(kept(event))
            } else {
                let place = random.below(period.seen)
                if place < sampleSize { period.kept[place] = kept(event) }
            }
        }
        guard period.seen >= periodEvents else {
            open = period
            return false
        }
        closed.append(period)
        return true
    }

    /// Forgets a user.
    mutating func erase(_ user: UserIndex) {
        for place in closed.indices { closed[place].kept.removeAll { $0.user == user } }
        open?.kept.removeAll { $0.user == user }
    }

    /// Recall@20 of a model on every period; `nil` for one without a sample.
    func recall(of scorer: any Scorer) -> [Double?] { periods.map { recall(of: scorer, on: $0) } }

    private func recall(of scorer: any Scorer, on period: Period) -> Double? {
        guard !period.kept.isEmpty else { return nil }
        let V = scorer.itemCount
        // An event that the model cannot know, or without a history that it knows, is a miss.
        let known = period.kept.filter { $0.item.position < V }
        var contexts: [ScoringContext] = []
        var targets: [Int] = []
        for event in known {
            guard let history = event.history(below: V) else { continue }
            contexts.append(ScoringContext(user: event.user, history: history))
            targets.append(event.item.position)
        }
        var hits = 0
        withUnsafeTemporaryAllocation(of: Float.self, capacity: max(Self.block * V, 1)) { buffer in
            for start in stride(from: 0, to: contexts.count, by: Self.block) {
                let end = min(start + Self.block, contexts.count)
                let scores = UnsafeMutableBufferPointer(rebasing: buffer[..<((end - start) * V)])
                scorer.score(contexts[start..<end], into: scores)
                for row in start..<end {
                    let first = (row - start) * V
                    let target = scores[first + targets[row]]
                    let above = (first..<(first + V)).count { scores[$0] > target }
                    if above < Self.depth { hits += 1 }
                }
            }
        }
        return Double(hits) / Double(period.kept.count)
    }

    private func kept(_ event: StreamEvent) -> Kept {
        let history = event.history.likings
        return Kept(
            item: event.event.item,
            user: event.event.user,
            items: Array(history.items.suffix(contextLength)),
            times: Array(history.times.suffix(contextLength)),
            types: Array(history.types.suffix(contextLength))
        )
    }
}

// MARK: - Checkpoints

extension KeptPeriods {
    /// The samples as named arrays.
    func arrays() -> [String: StoredArray] {
        let periods = periods
        let events = periods.flatMap(\.kept)
        return [
            "periods": StoredArray(
                periods.flatMap { [$0.firstTime, $0.lastTime, $0.lastOffset, Int64($0.seen), Int64($0.kept.count)] },
                shape: [periods.count, 5]
            ),
            "targets": StoredArray(events.flatMap { [$0.item.rawValue, $0.user.rawValue, Int32($0.items.count)] }),
            "items": StoredArray(events.flatMap { $0.items.map(\.rawValue) }),
            "milliseconds": StoredArray(events.flatMap(\.times)),
            "types": StoredArray(events.flatMap(\.types)),
        ]
    }

    /// Takes over what ``arrays()`` gave.
    /// - Throws: `FreshetError` of kind `invalidData` when the arrays do not fit together.
    mutating func restore(_ checkpoint: Checkpoint) throws {
        let rows = try checkpoint.numbers("periods", of: Int64.self, shape: [nil, 5])
        let targets = try checkpoint.numbers("targets", of: Int32.self)
        let items = try checkpoint.numbers("items", of: Int32.self)
        let times = try checkpoint.times("milliseconds", orSeconds: "times")
        let types = try checkpoint.numbers("types", of: UInt8.self)
        var (event, place) = (0, 0)
        var periods: [Period] = []
        for row in stride(from: 0, to: rows.count, by: 5) {
            var period = Period(firstTime: rows[row], lastTime: rows[row + 1], lastOffset: rows[row + 2])
            period.seen = Int(rows[row + 3])
            for _ in 0..<rows[row + 4] {
                guard event + 3 <= targets.count, targets[event + 2] >= 0, targets[event] >= 0 else {
                    throw Self.damaged
                }
                let end = place + Int(targets[event + 2])
                guard end <= items.count, end <= times.count, end <= types.count else { throw Self.damaged }
                period.kept.append(
                    Kept(
                        item: ItemIndex(rawValue: targets[event]),
                        user: UserIndex(rawValue: targets[event + 1]),
                        items: items[place..<end].map { ItemIndex(rawValue: $0) },
                        times: Array(times[place..<end]),
                        types: Array(types[place..<end])
                    )
                )
                (event, place) = (event + 3, end)
            }
            periods.append(period)
        }
        guard items.allSatisfy({ $0 >= 0 }) else { throw Self.damaged }
        open = periods.last.flatMap { $0.seen < periodEvents ? $0 : nil }
        closed = open == nil ? periods : periods.dropLast()
    }

    private static var damaged: FreshetError {
        FreshetError(.invalidData, "The checkpoint's samples of older periods are damaged.")
    }
}

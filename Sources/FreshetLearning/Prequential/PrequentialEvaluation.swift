import FreshetCore

/// Test-then-learn figures of every contender over sliding windows (Dawid, 1984; Gama, Sebastião and Rodrigues, 2013).
///
/// Every event is first predicted, then learned. An outcome counts once its label delay has passed, in the order of the
/// log. New users and new items have windows of their own, of the same lengths. An outcome costs `O(1)`.
public struct PrequentialEvaluation: Sendable, Equatable, Codable {
    /// The settings.
    public struct Settings: Sendable, Equatable, Codable {
        /// The lengths of the sliding windows, in events, the shortest first.
        public var windows = [1_000, 10_000]
        /// The lengths at which lists are cut.
        public var cutoffs = [1, 5, 10, 20]
        /// Seconds of event time until an outcome counts.
        public var labelDelay: Int64 = 0
        /// After how many outcomes the curve gets its next point, at first.
        public var curveInterval = 100
        /// How many points the curve keeps at most; above, every other one goes.
        public var curvePoints = 300

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: `FreshetError` of kind `usage` that names the setting, its value and its range.
        public func validate() throws {
            try SettingRange.check("windows", windows, in: 1...10_000_000)
            try SettingRange.check("cutoffs", cutoffs, in: 1...250)
            try SettingRange.check("labelDelay", [labelDelay], in: 0...31_536_000)
            try SettingRange.check("curveInterval", [curveInterval], in: 1...1_000_000_000)
            try SettingRange.check("curvePoints", [curvePoints], in: 2...100_000)
        }
    }

    /// Which events are looked at.
    public enum Cohort: String, Sendable, Codable, CaseIterable {
        /// All of them.
        case all
        /// The first event of a user.
        case newUsers = "new_users"
        /// The first event about an item.
        case newItems = "new_items"
        /// Events about items whose first event came less than a day before.
        case itemsUnderADay = "items_under_a_day"
        /// The same with a week.
        case itemsUnderAWeek = "items_under_a_week"
        /// The same with thirty days.
        case itemsUnderAMonth = "items_under_a_month"

        /// The cohorts of an outcome.
        static func cohorts(of outcome: Outcome) -> [Cohort] {
            var cohorts: [Cohort] = [.all]
            if outcome.isNewUser { cohorts.append(.newUsers) }
            if outcome.isNewItem { cohorts.append(.newItems) }
            guard let age = outcome.itemAge else { return cohorts }
            let day: Int64 = 86_400
            if age < day { cohorts.append(.itemsUnderADay) }
            if age < 7 * day { cohorts.append(.itemsUnderAWeek) }
            if age < 30 * day { cohorts.append(.itemsUnderAMonth) }
            return cohorts
        }
    }

    /// The figures at one moment of the stream.
    public struct Point: Sendable, Equatable, Codable {
        /// The newest outcome's event time, in seconds since 1970.
        public var time: Int64
        /// The newest outcome's place in the log.
        public var offset: Int64
        /// Figures over the shortest window by contender and metric.
        public var figures: [String: [String: Double]]
    }

    /// The settings it was created with.
    public let settings: Settings
    /// The curve over time, oldest first.
    public private(set) var curve: [Point] = []
    /// How many outcomes have counted.
    public private(set) var outcomeCount = 0
    private var records: [Contender: Record] = [:]
    private var pending = Pending()
    private var curveInterval: Int

    /// Creates an evaluation without outcomes.
    public init(settings: Settings = Settings()) {
        precondition(!settings.windows.isEmpty && !settings.cutoffs.isEmpty, "no window or no cutoff")
        self.settings = settings
        curveInterval = settings.curveInterval
    }

    /// Takes an outcome, which counts once its delay has passed.
    ///
    /// Stream time moves to the event's time; events that come late do not move it back.
    /// - Returns: the outcomes that count from now on: this one, when there is no delay.
    public mutating func add(_ outcome: Outcome) -> [Outcome] {
        pending.append(outcome)
        return advance(to: outcome.time)
    }

    /// Moves stream time on, in seconds since 1970.
    /// - Returns: the outcomes that count from now on, in the order of the log.
    public mutating func advance(to time: Int64) -> [Outcome] {
        let due = pending.removeFirst(until: time - settings.labelDelay)
        for outcome in due { count(outcome) }
        return due
    }

    /// How many outcomes wait for their delay.
    public var pendingCount: Int { pending.count }

    /// The contenders that have an outcome.
    public var contenders: [Contender] { records.keys.sorted { $0.rawValue < $1.rawValue } }

    /// Forgets a contender's outcomes, when another model takes its name.
    public mutating func reset(_ contender: Contender) { records[contender] = nil }

    /// A contender's ranks over a window.
    ///
    /// - Parameters:
    ///   - contender: whose.
    ///   - window: one of the settings' lengths; `nil` is all events.
    ///   - cohort: which events.
    /// - Returns: the ranks; `nil` when the contender has no outcome or there is no such window.
    public func histogram(of contender: Contender, window: Int?, cohort: Cohort = .all) -> RankHistogram? {
        records[contender]?.windows[cohort.rawValue]?.first { $0.capacity == window }?.histogram
    }

    /// The figures of every contender over a window, by contender and metric; the shortest window unless given.
    public func figures(window: Window = .shortest, cohort: Cohort = .all) -> [String: [String: Double]] {
        var figures: [String: [String: Double]] = [:]
        for contender in records.keys {
            guard let ranks = histogram(of: contender, window: length(of: window), cohort: cohort), ranks.count > 0
            else { continue }
            figures[contender.rawValue] = ranks.figures(at: settings.cutoffs)
        }
        return figures
    }

    /// A window by its place in the settings.
    public enum Window: Sendable {
        /// The shortest of the settings' windows.
        case shortest
        /// The longest of the settings' windows.
        case longest
        /// All events.
        case all
    }

    private func length(of window: Window) -> Int? {
        switch window {
        case .shortest: settings.windows.min()
        case .longest: settings.windows.max()
        case .all: nil
        }
    }

    private mutating func count(_ outcome: Outcome) {
        outcomeCount += 1
        let cohorts = Cohort.cohorts(of: outcome)
        for prediction in outcome.predictions {
            records[prediction.contender, default: Record(settings)].add(prediction.rank, cohorts)
        }
        guard outcomeCount % curveInterval == 0 else { return }
        curve.append(Point(time: outcome.time, offset: outcome.offset, figures: figures()))
        guard curve.count > settings.curvePoints else { return }
        // The points that stay are those that the doubled interval would have given.
        curve = stride(from: 1, to: curve.count, by: 2).map { curve[$0] }
        curveInterval *= 2
    }
}

/// One contender's windows, by cohort.
private struct Record: Sendable, Equatable, Codable {
    var windows: [String: [RankWindow]] = [:]

    init(_ settings: PrequentialEvaluation.Settings) {
        let depth = settings.cutoffs.max() ?? 1
        for cohort in PrequentialEvaluation.Cohort.allCases {
            windows[cohort.rawValue] =
                settings.windows.map { RankWindow(capacity: $0, depth: depth) }
                + [RankWindow(capacity: nil, depth: depth)]
        }
    }

    mutating func add(_ rank: Int?, _ cohorts: [PrequentialEvaluation.Cohort]) {
        for cohort in cohorts {
            guard let count = windows[cohort.rawValue]?.count else { continue }
            for place in 0..<count { windows[cohort.rawValue]?[place].add(rank) }
        }
    }
}

/// Outcomes that wait for their delay, first in, first out.
private struct Pending: Sendable, Equatable, Codable {
    private var outcomes: [Outcome] = []
    private var first = 0

    var count: Int { outcomes.count - first }

    mutating func append(_ outcome: Outcome) { outcomes.append(outcome) }

    /// Removes those at the front whose time is not after `time`; one that is holds back those behind it.
    mutating func removeFirst(until time: Int64) -> [Outcome] {
        var end = first
        while end < outcomes.count && outcomes[end].time <= time { end += 1 }
        let due = Array(outcomes[first..<end])
        first = end
        if first * 2 >= outcomes.count {
            outcomes.removeFirst(first)
            first = 0
        }
        return due
    }
}

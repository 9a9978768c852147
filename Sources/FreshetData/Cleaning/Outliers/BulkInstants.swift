import FreshetCore

/// Finds instants at which so much of a log happened that it did not happen then: an import or a correction gave all of
/// its events one time.
enum BulkInstants {
    /// The least events of such an instant.
    static let fewestEvents = 1000
    /// Their least share of the log.
    static let leastShare = 0.01
    /// How many times the mean of all instants they are: where only days were written down, every day has many events.
    static let multiple = 20.0

    /// Counts the events of the instants that a sample names.
    ///
    /// - Parameters:
    ///   - histories: the events.
    ///   - sample: their times.
    /// - Returns: the instants, the fullest first.
    static func find(in histories: Histories, _ sample: TimeSample) -> [OutlierReport.Instant] {
        let share = max(leastShare, multiple / Double(sample.distinctCount))
        var found = candidates(in: sample, share: share / 2)
        guard !found.isEmpty, histories.eventCount >= fewestEvents else { return [] }
        for user in 0..<histories.userCount {
            let rows = histories.offsets[user]..<histories.offsets[user + 1]
            for row in rows {
                let time = histories.times[row]
                guard found[time] != nil else { continue }
                found[time]?.events += 1
                if row == rows.lowerBound || histories.times[row - 1] != time { found[time]?.users += 1 }
            }
        }
        let least = max(Double(fewestEvents), share * Double(histories.eventCount))
        return found.values.filter { Double($0.events) >= least }.sorted { ($1.events, $0.time) < ($0.events, $1.time) }
    }

    private static func candidates(in sample: TimeSample, share: Double) -> [Timestamp: OutlierReport.Instant] {
        let least = share * Double(sample.times.count)
        var found: [Timestamp: OutlierReport.Instant] = [:]
        var rest = sample.times[...]
        while let time = rest.first {
            let same = rest.prefix { $0 == time }
            if Double(same.count) >= max(2, least) { found[time] = OutlierReport.Instant(time: time) }
            rest = rest.dropFirst(same.count)
        }
        return found
    }
}

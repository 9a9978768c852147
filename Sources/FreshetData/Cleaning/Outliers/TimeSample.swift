import FreshetCore

/// Some of a log's times, spread evenly over its events: enough to tell how fine they are and which many events share.
struct TimeSample {
    /// How many times are looked at, at most about twice as many.
    private static let size = 4096
    /// Numbers of orders stand for times in some logs, as seconds from 1970 on: no clock showed them.
    private static let firstClockTime: Timestamp = 315_532_800  // 1980

    /// The times in order.
    let times: [Timestamp]
    /// What all of them are whole multiples of, in milliseconds: 60,000 where only minutes were written down.
    let resolution: Int64

    /// Takes the sample; `nil` where there are no times, or none of a clock.
    init?(of histories: Histories) {
        let all = histories.times
        guard !all.isEmpty else { return nil }
        times = stride(from: 0, to: all.count, by: max(1, all.count / Self.size)).map { all[$0] }.sorted()
        guard times[times.count / 2] >= Self.firstClockTime else { return nil }
        resolution = max(1, times.reduce(0) { Self.divisor($0, $1.milliseconds) })
    }

    /// How many different times there are among them.
    var distinctCount: Int { 1 + zip(times, times.dropFirst()).count { $0 != $1 } }

    /// The greatest common divisor (Euclid).
    private static func divisor(_ first: Int64, _ second: Int64) -> Int64 {
        var (first, second) = (first, second)
        while second != 0 { (first, second) = (second, first % second) }
        return abs(first)
    }
}

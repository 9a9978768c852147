import FreshetCore

/// When each event of a replay is due.
struct ReplayClock: Sendable, Equatable {
    /// What the pace is measured by.
    enum Pace: Sendable, Equatable {
        /// This many events a second.
        case rate(Double)
        /// This many times faster than it happened.
        case speed(Double)
        /// As fast as the server takes them.
        case unlimited
    }

    let pace: Pace
    /// The time of the first event.
    let firstTime: Timestamp
    /// Seconds that everything is due earlier, for events that the server knew already.
    private var skipped = 0.0

    /// Creates a clock that starts at the first event.
    init(_ pace: Pace, firstTime: Timestamp) {
        self.pace = pace
        self.firstTime = firstTime
    }

    /// When an event is due, in seconds since the start of the replay.
    func due(_ position: Int, time: Timestamp?) -> Double { plain(position, time: time) - skipped }

    /// Makes everything from an event on due as if it were due now: nobody waits for what is known.
    mutating func skip(to position: Int, time: Timestamp?, now: Double) {
        skipped = max(skipped, plain(position, time: time) - now)
    }

    private func plain(_ position: Int, time: Timestamp?) -> Double {
        switch pace {
        case .rate(let rate): Double(position) / rate
        case .speed(let speed): Double((time ?? firstTime).milliseconds - firstTime.milliseconds) / 1000 / speed
        case .unlimited: 0
        }
    }
}

import FreshetCore

/// The time by the stream: as much later than the newest event as has passed since that was received.
///
/// Where events are sent as they happen this is the clock's time. Where a past is replayed, or a day's events come the
/// next morning, decay and ages count from where the events are, as they do when the learner predicts them.
struct StreamClock {
    private var newest = Int64.min
    private var received: Int64 = 0

    /// Takes note of an event of the log.
    ///
    /// A time after its arrival, from a clock that runs ahead, counts as the arrival.
    mutating func note(_ event: LoggedEvent) {
        let arrival = event.received > 0 ? event.received / 1000 : event.time.seconds
        let time = min(event.time.seconds, arrival)
        guard time >= newest else { return }
        (newest, received) = (time, arrival)
    }

    /// The stream's time in seconds since 1970 when the clock shows `now`.
    func time(at now: Int64) -> Int64 { newest == .min ? now : min(now, newest + max(0, now - received)) }
}

import ArgumentParser
import FreshetCore

/// A time on the command line: seconds since 1970, or text as ``Timestamp`` reads it.
struct TimeArgument: ExpressibleByArgument, Equatable {
    let time: Timestamp

    init(_ time: Timestamp) { self.time = time }

    init?(argument: String) {
        guard let time = Double(argument).flatMap(Timestamp.init(seconds:)) ?? Timestamp(argument) else { return nil }
        self.init(time)
    }

    /// Seconds since 1970, rounded down.
    var seconds: Int64 { time.seconds }

    var defaultValueDescription: String { time.text }
}

import ArgumentParser
import FreshetCore

/// A time on the command line: seconds since 1970, or text as ``Timestamp`` reads it.
struct TimeArgument: ExpressibleByArgument, Equatable {
    /// Seconds since 1970.
    let seconds: Int64

    init(_ seconds: Int64) { self.seconds = seconds }

    init?(argument: String) {
        guard let seconds = Int64(argument) ?? Timestamp.seconds(from: argument) else { return nil }
        self.init(seconds)
    }

    var defaultValueDescription: String { Timestamp.text(from: seconds) }
}

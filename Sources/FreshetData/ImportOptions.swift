import FreshetCore

/// How an event log is read and cleaned.
public struct ImportOptions: Sendable, Equatable {
    /// What happens to events of one user on one item.
    public enum DuplicatePolicy: String, Sendable, Codable, CaseIterable {
        /// Every event stays.
        case keepAll = "all"
        /// Only the first in time order stays.
        case keepFirst = "first"
        /// Only the last in time order stays.
        case keepLast = "last"
    }

    /// What happens to an event on an item that the catalogue does not have.
    public enum UnknownItemPolicy: String, Sendable, Codable, CaseIterable {
        /// The item joins the catalogue.
        case keep
        /// The event is dropped.
        case drop
    }

    /// The unit of times that are plain numbers.
    public enum TimeUnit: String, Sendable, Codable, CaseIterable {
        /// Seconds since 1970.
        case seconds
        /// Milliseconds since 1970.
        case milliseconds
    }

    /// Whether a malformed line ends the import instead of being dropped and reported.
    public var strict = false
    /// What happens to events of one user on one item.
    public var duplicates = DuplicatePolicy.keepAll
    /// What happens to an event on an item that the catalogue does not have; without a catalogue every item is known.
    public var unknownItems = UnknownItemPolicy.keep
    /// The times that are believed, in seconds since 1970; events outside are dropped.
    public var timeRange = ImportOptions.plausibleTimes
    /// The unit of times that are plain numbers, where the format does not fix it.
    public var timeUnit = TimeUnit.seconds
    /// Events whose value is lower are dropped, such as ratings below 4; events without a value stay.
    public var minimumValue: Float?
    /// k-core: every user that stays has at least so many events, on items that stay.
    public var userCore = 0
    /// k-core: every item that stays has at least so many events, of users that stay.
    public var itemCore = 0
    /// Users with fewer events are dropped once, after everything else.
    public var minimumHistory = 0
    /// A file of item details (`.jsonl`, or `.csv`/`.tsv` with a header) for formats that have none of their own.
    public var catalogue: String?
    /// For `csv` and `tsv`: the column of each role (`user`, `item`, `time`, `type`, `value`).
    public var columns: [String: String] = [:]

    /// Creates the defaults: everything that can be read is kept.
    public init() {}

    /// 1970 to 2100, in seconds.
    public static let plausibleTimes: ClosedRange<Int64> = 0...4_102_444_800

    /// Checks ranges.
    /// - Throws: ``FreshetError`` of kind `usage` that names the option.
    public func validate() throws {
        for (name, value) in [("user core", userCore), ("item core", itemCore), ("minimum history", minimumHistory)]
        where value < 0 {
            throw FreshetError(.usage, "The \(name) is \(value).", remedy: "Give a number of events, 0 for no limit.")
        }
        if let minimumValue, !minimumValue.isFinite {
            throw FreshetError(.usage, "The minimum value is \(minimumValue).", remedy: "Give a number.")
        }
    }
}

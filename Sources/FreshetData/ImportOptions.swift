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

    /// What happens to events of users who act like machines, and to events that were written in bulk.
    public enum OutlierPolicy: String, Sendable, Codable, CaseIterable {
        /// They count as any other; the report names them.
        case keep
        /// They are dropped.
        case drop
    }

    /// The unit of times that are plain numbers.
    public enum TimeUnit: String, Sendable, Codable, CaseIterable {
        /// Seconds since 1970.
        case seconds
        /// Milliseconds since 1970.
        case milliseconds
        /// Microseconds since 1970.
        case microseconds
        /// Nanoseconds since 1970.
        case nanoseconds
    }

    /// Whether the first row of a table names its columns.
    public enum HeaderPolicy: String, Sendable, Codable, CaseIterable {
        /// The reader looks.
        case auto
        /// It does.
        case yes
        /// It is a row like any other; columns are named by position, from 1.
        case no
    }

    /// Whether a malformed line ends the import instead of being dropped and reported.
    public var strict = false
    /// What happens to events of one user on one item.
    public var duplicates = DuplicatePolicy.keepAll
    /// What happens to an event on an item that the catalogue does not have; without a catalogue every item is known.
    public var unknownItems = UnknownItemPolicy.keep
    /// What happens to events of users who act like machines, and to events that were written in bulk (``OutlierReport``).
    public var outliers = OutlierPolicy.keep
    /// What happens to bursts on one item by new accounts, and to events beyond the caps (``IntakeGuard``).
    public var intakeGuard = IntakeGuard.Settings()
    /// The times that are believed, in seconds since 1970; events outside are dropped.
    public var timeRange = ImportOptions.plausibleTimes
    /// The unit of times that are plain numbers; recognised by their size when `nil`.
    public var timeUnit: TimeUnit?
    /// The form of times, where it cannot be told from them, such as `%d/%m/%Y`.
    public var timePattern: TimePattern?
    /// How characters stand as bytes; recognised when `nil`.
    public var encoding: TextEncoding?
    /// What parts the fields of a table; recognised when `nil`.
    public var separator: TableDialect.Separator?
    /// Whether the first row of a table names its columns.
    public var header = HeaderPolicy.auto
    /// Events whose value is lower are dropped, such as ratings below 4; events without a value stay.
    public var minimumValue: Float?
    /// What events say of their items, by type and value.
    public var meanings = EventMeanings()
    /// k-core: every user that stays has at least this many events, on items that stay.
    public var userCore = 0
    /// k-core: every item that stays has at least this many events, of users that stay.
    public var itemCore = 0
    /// Users with fewer events are dropped once, after everything else.
    public var minimumHistory = 0
    /// A file of item details (JSON lines or a table) for formats that have none of their own.
    public var catalogue: String?
    /// For tables and JSON lines of events: the column of each role (``TableColumns/roles``).
    public var columns: [String: String] = [:]
    /// For the catalogue: the column of each role (``CatalogueColumns/roles``).
    public var catalogueColumns: [String: String] = [:]

    /// Where long columns lie while they are worked with, for logs larger than memory; `nil` is in memory.
    public var scratch: ScratchFolder?

    /// Reading stops after this many events, to preview the first ones.
    package var eventLimit: Int?

    /// Creates the defaults: everything that can be read is kept.
    public init() {}

    /// 1970 to 2100, in seconds.
    public static let plausibleTimes: ClosedRange<Int64> = 0...Timestamp.latestPlausible

    /// Checks ranges.
    /// - Throws: ``FreshetError`` of kind `usage` that names the option.
    public func validate() throws {
        for (name, value) in [("user core", userCore), ("item core", itemCore), ("minimum history", minimumHistory)]
        where value < 0 {
            throw FreshetError(.usage, "The \(name) is \(value).", remedy: "Give a number of events, 0 for no limit.")
        }
        if timeUnit != nil, timePattern != nil {
            throw FreshetError(.usage, "Both a unit and a format of times are given.", remedy: "Give one of them.")
        }
        try meanings.validate()
        if let minimumValue, !minimumValue.isFinite {
            throw FreshetError(.usage, "The minimum value is \(minimumValue).", remedy: "Give a number.")
        }
    }
}

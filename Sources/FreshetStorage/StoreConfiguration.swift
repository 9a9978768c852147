import FreshetCore

extension SQLiteStore {
    /// How the store writes.
    public struct Configuration: Sendable, Equatable, Codable {
        /// What an acknowledged event survives.
        public var synchronous: Synchronous = .operatingSystem
        /// The most events that one transaction takes: with many waiting, the others go into the next one.
        public var maximumGroup = 8192
        /// How many threads can read at the same time while another writes.
        public var maximumReaders = 6
        /// The most pages of 4 KiB that the database may have; `nil` for no limit but the disk.
        public var maximumPages: Int?
        /// How many pages of 4 KiB gather in the write-ahead log before they are moved into the database.
        public var checkpointPages = 4000
        /// With how many pages of 4 KiB the write-ahead log must start again, though commits wait for the disk then.
        ///
        /// Before, they wait only where that takes less than a five-hundredth of the time.
        public var maximumLogPages = 131_072
        /// How many seconds to wait for another program that has the database locked, such as SQLite's own shell.
        public var busySeconds = 5.0

        /// Creates the default configuration.
        public init() {}

        /// Creates a configuration with a durability.
        public init(synchronous: Synchronous) { self.synchronous = synchronous }

        /// Checks the values.
        /// - Throws: ``FreshetError`` of kind `usage` that names the setting, its value and what it may be.
        public func validate() throws { try checkSettings(of: "storage") }
    }

    /// What an acknowledged event survives.
    public enum Synchronous: String, Sendable, Codable, CaseIterable {
        /// The death of the process, by whatever signal: the operating system has the event.
        ///
        /// A power failure or a crash of the operating system can lose the last seconds, never more than whole
        /// transactions from the end, and leaves the database sound. SQLite's `synchronous = NORMAL`.
        case operatingSystem = "os"
        /// A power failure as well: the disk has the event, which costs a flush of the disk per transaction.
        ///
        /// SQLite's `synchronous = FULL`.
        case disk
    }
}

extension SQLiteStore.Configuration: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .choice(
                "synchronous",
                \.synchronous,
                "What an acknowledged event survives: os (any end of the process) or disk (a power failure too)."
            ),
            .whole("maximum_group", \.maximumGroup, 1...1_000_000, "Events of one transaction at most."),
            .whole("maximum_readers", \.maximumReaders, 1...256, "Threads that read at the same time."),
            .whole(
                "checkpoint_pages",
                \.checkpointPages,
                1...1_000_000,
                "Pages of 4 KiB that gather in the write-ahead log before they are moved into the database."
            ),
            .whole(
                "maximum_log_pages",
                \.maximumLogPages,
                1...100_000_000,
                "Pages of the write-ahead log with which it starts again, though commits wait for a slow disk then."
            ),
            .number(
                "busy_seconds",
                \.busySeconds,
                0...3600,
                "Seconds to wait for another program that has locked the database."
            ),
            .whole(
                "maximum_pages",
                \.pages,
                0...4_294_967_294,
                "Pages of 4 KiB that the database may have; 0 for no limit but the disk."
            ),
        ]
    }

    /// ``maximumPages`` with 0 for none.
    private var pages: Int {
        get { maximumPages ?? 0 }
        set { maximumPages = newValue == 0 ? nil : newValue }
    }
}

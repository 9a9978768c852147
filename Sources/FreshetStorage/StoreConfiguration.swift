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
        /// - Throws: ``FreshetError`` of kind `usage`.
        func validate() throws {
            guard maximumGroup > 0, maximumReaders > 0, checkpointPages > 0, maximumLogPages > 0,
                maximumPages.map({ $0 > 0 }) ?? true, busySeconds >= 0
            else {
                throw FreshetError(.usage, "The storage's sizes and times must be positive.")
            }
        }
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

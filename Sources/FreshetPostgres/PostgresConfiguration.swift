#if PostgreSQL
import FreshetCore

extension PostgresStore {
    /// How the store reads and writes.
    ///
    /// What an acknowledged event survives is the server's `synchronous_commit`.
    public struct Configuration: Sendable, Equatable, Codable {
        /// The schema that the tables are in.
        public var schema = "freshet"
        /// The most events that one transaction takes: with many waiting, the others go into the next one.
        public var maximumGroup = 20_000
        /// How many connections read at the same time.
        public var maximumReaders = 6
        /// How many seconds to go on trying while transactions meet, or the server is away.
        public var retrySeconds = 30.0
        /// After how many seconds without a notification to look whether another process wrote.
        public var pollSeconds = 0.5

        /// Creates the default configuration.
        public init() {}

        /// Checks the values.
        /// - Throws: ``FreshetError`` of kind `usage` that names the setting, its value and what it may be.
        public func validate() throws {
            guard !schema.isEmpty, schema.utf8.count <= 40, !schema.utf8.contains(0) else {
                throw FreshetError(.usage, "A schema cannot be called '\(schema)'.", remedy: "Take 1 to 40 letters.")
            }
            let counts = [maximumGroup, maximumReaders]
            guard counts.allSatisfy({ (1...1_000_000).contains($0) }), (0...86_400).contains(retrySeconds),
                (0.001...3600).contains(pollSeconds)
            else {
                throw FreshetError(
                    .usage,
                    "A setting of the store in PostgreSQL is out of range.",
                    remedy: "Groups and readers are 1 to 1,000,000, seconds 0 to 86,400 (polling 0.001 to 3,600)."
                )
            }
        }
    }
}
#endif

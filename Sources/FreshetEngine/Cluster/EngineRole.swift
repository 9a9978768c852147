import FreshetCore

/// What an engine does of the work that several share, which have one store.
public enum EngineRole: String, Sendable, Codable, CaseIterable {
    /// It answers and learns.
    case all
    /// It answers by what a learner publishes.
    case server
    /// It learns and publishes what it has learned; it answers as well when it is asked.
    case learner

    /// Whether it learns.
    public var learns: Bool { self != .server }
}

extension EngineConfiguration {
    /// Several engines with one store, of which one learns.
    public struct Cluster: Sendable, Equatable, Codable {
        /// What this one does.
        public var role = EngineRole.all
        /// Where what was learned goes from one to the others: a folder that all of them reach, or `s3://BUCKET/PREFIX`;
        /// empty for nowhere.
        public var folder = ""
        /// Where S3 is, such as `http://127.0.0.1:8333`.
        public var endpoint = ""
        /// The region that requests to S3 are signed for.
        public var region = "us-east-1"
        /// Seconds between two looks for something newer.
        public var pollSeconds = 1.0
        /// How many deltas follow one base at most: then there is a new one.
        public var deltas = 50
        /// How many seconds a request waits at most for an event that it wants to be known (`Freshet-Read-After`).
        public var readAfterSeconds = 2.0
        /// Creates the defaults.
        public init() {}

        /// Checks what must fit each other.
        func validate(tuning: Encoder) throws {
            guard role == .all || !folder.isEmpty else {
                throw FreshetError(
                    .usage,
                    "cluster.role is \(role.rawValue), but nothing says where the learner publishes.",
                    remedy: "Set cluster.folder to a folder that all processes reach, or to s3://BUCKET/PREFIX."
                )
            }
            guard folder.isEmpty || tuning.everyHours == 0 else {
                throw FreshetError(
                    .usage,
                    "The encoder is tuned (learning.encoder.every_hours), and its versions cannot go to other processes yet.",
                    remedy: "Set learning.encoder.every_hours to 0, or leave cluster.folder empty."
                )
            }
        }
    }
}

extension EngineConfiguration.Cluster: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .choice(
                "role",
                \.role,
                "What this process does: all, server (answers by what a learner publishes), or learner; needs PostgreSQL."
            ),
            .text(
                "folder",
                \.folder,
                "Where the learner publishes: a folder that all processes reach, or s3://BUCKET/PREFIX; empty for nowhere."
            ),
            .text("endpoint", \.endpoint, "Where S3 is, such as http://127.0.0.1:8333."),
            .text("region", \.region, "The region that requests to S3 are signed for."),
            .number("poll_seconds", \.pollSeconds, 0.01...3600, "Seconds between two looks for something newer."),
            .whole("deltas", \.deltas, 0...10_000, "How many deltas follow one base at most: then there is a new one."),
            .number(
                "read_after_seconds",
                \.readAfterSeconds,
                0...60,
                "Seconds that a request waits at most for an event that it wants to be known (Freshet-Read-After)."
            ),
        ]
    }
}

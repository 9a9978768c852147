import Foundation
import FreshetCore

/// Who acts like a machine in a log, and which events were written in bulk.
///
/// `Documentation/ReadingData.md` says by which rules. Both are reported always and left out by
/// ``ImportOptions/outliers``.
public struct OutlierReport: Sendable, Equatable, Codable {
    /// A user who acts like a machine.
    public struct Suspect: Sendable, Equatable, Codable {
        /// The user's id.
        public let user: String
        /// How many events they have.
        public let events: Int
        /// What gave them away, with the figures.
        public let reasons: [String]
    }

    /// An instant that holds more events than can have happened then.
    public struct Instant: Sendable, Equatable, Codable {
        /// When.
        public let time: Timestamp
        /// How many events.
        public internal(set) var events = 0
        /// Of how many users.
        public internal(set) var users = 0
    }

    /// How many users act like machines.
    public internal(set) var users = 0
    /// How many events they have.
    public internal(set) var events = 0
    /// Those with most events, the busiest first; at most a hundred.
    public internal(set) var suspects: [Suspect] = []
    /// The instants of bulk events, the fullest first.
    public internal(set) var instants: [Instant] = []
    /// Whether all of these events were left out.
    public internal(set) var isLeftOut = false

    /// How many suspects are named.
    private static let namedSuspects = 100
    /// How many of them, and of the instants, are told to people.
    private static let toldCount = 3

    /// A report of nothing.
    init() {}

    /// A report of what was found.
    init(_ found: OutlierFinder, in histories: Histories, users names: IdentifierTable, isLeftOut: Bool) {
        users = found.suspects.count
        let all = found.suspects.map { suspect in
            Suspect(
                user: names[suspect.user],
                events: histories.offsets[suspect.user + 1] - histories.offsets[suspect.user],
                reasons: suspect.reasons
            )
        }
        events = all.reduce(0) { $0 + $1.events }
        suspects = Array(all.sorted { ($1.events, $0.user) < ($0.events, $1.user) }.prefix(Self.namedSuspects))
        instants = found.instants
        self.isLeftOut = isLeftOut && !found.isEmpty
    }

    /// Whether nothing was found.
    public var isEmpty: Bool { users == 0 && instants.isEmpty }

    /// The lines for people.
    var lines: [String] {
        guard !isEmpty else { return [] }
        var lines: [String] = []
        if users > 0 {
            let (who, act) = users == 1 ? ("user", "acts like a machine") : ("users", "act like machines")
            lines.append("  outliers: \(users) \(who) with \(events) events \(act)")
            for suspect in suspects.prefix(Self.toldCount) {
                lines.append(
                    "    user '\(suspect.user)', \(suspect.events) events: \(suspect.reasons.joined(separator: "; "))"
                )
            }
        }
        for instant in instants.prefix(Self.toldCount) {
            lines.append(
                "  outliers: \(instant.events) events of \(instant.users) users at the one instant \(instant.time.text)"
            )
        }
        if !isLeftOut { lines.append("  outliers count as any other event; --outliers drop leaves them out") }
        return lines
    }
}

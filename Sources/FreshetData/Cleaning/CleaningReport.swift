import FreshetCore

/// What an import read, kept and dropped, and why.
public struct CleaningReport: Sendable, Equatable, Codable {
    /// Why something was dropped.
    public enum Reason: String, Sendable, Codable, CaseIterable {
        /// A line that the format does not explain.
        case malformedLine = "malformed line"
        /// A line beyond the longest that is read.
        case lineTooLong = "line too long"
        /// An id without a character.
        case emptyIdentifier = "empty id"
        /// An id of more than 256 bytes.
        case longIdentifier = "id over 256 bytes"
        /// An id that is not UTF-8.
        case identifierNotUTF8 = "id not UTF-8"
        /// An id with a NUL byte in it.
        case identifierWithNUL = "NUL byte in id"
        /// An event without a time among events with one.
        case missingTime = "missing time"
        /// An event whose time is in another unit than most of its column.
        case otherTimeUnit = "time in another unit"
        /// An event outside ``ImportOptions/timeRange``.
        case timeOutOfRange = "time out of range"
        /// An event below ``ImportOptions/minimumValue``.
        case valueBelowMinimum = "value below the minimum"
        /// An event on an item that the catalogue does not have.
        case unknownItem = "unknown item"
        /// An event with the id of another.
        case repeatedEvent = "repeated event id"
        /// Another line of details for the same item or user.
        case repeatedDetails = "repeated item or user"
        /// An event of a user who acts like a machine.
        case machine = "user who acts like a machine"
        /// An event of an instant that holds more than can have happened then.
        case bulk = "one of many events at one instant"
        /// Another event of the same user on the same item.
        case duplicate = "repeated user and item"
        /// An event of a user outside the k-core.
        case userCore = "user outside the k-core"
        /// An event of an item outside the k-core.
        case itemCore = "item outside the k-core"
        /// An event of a user below ``ImportOptions/minimumHistory``.
        case shortHistory = "user below the minimum history"

        /// Whether the input itself is wrong, so that a strict import fails.
        public var isMalformed: Bool {
            switch self {
            case .malformedLine, .lineTooLong, .emptyIdentifier, .longIdentifier, .identifierNotUTF8,
                .identifierWithNUL, .otherTimeUnit:
                true
            default: false
            }
        }
    }

    /// One case of a drop.
    public struct Example: Sendable, Equatable, Codable {
        /// The file's name, where the drop belongs to a line.
        public let file: String?
        /// The line's number from 1.
        public let line: Int?
        /// What was seen.
        public let detail: String

        /// The place as text that the detail can follow.
        var place: String {
            file.map { file in "\(file)\(line.map { ":\($0)" } ?? ""): " } ?? ""
        }
    }

    /// All drops of one reason.
    public struct Drop: Sendable, Equatable, Codable {
        /// Why.
        public let reason: Reason
        /// How many events or lines.
        public internal(set) var count: Int
        /// The first cases.
        public internal(set) var examples: [Example]
    }

    /// Lines read, of all files.
    public internal(set) var linesRead = 0
    /// Events read from well-formed lines.
    public internal(set) var eventsRead = 0
    /// Events in the data set.
    public internal(set) var eventsKept = 0
    /// Users in the data set.
    public internal(set) var usersKept = 0
    /// Items in the data set.
    public internal(set) var itemsKept = 0
    /// What was dropped, by reason in the order of ``Reason``.
    public internal(set) var drops: [Drop] = []

    /// What was understood of the files: encodings, separators, columns and forms of times.
    public internal(set) var notes: [String] = []
    /// What was kept but may not be what it seems.
    public internal(set) var warnings: [String] = []

    /// Who acts like a machine, and which events were written in bulk.
    public internal(set) var outliers = OutlierReport()
    /// Which events the ``IntakeGuard`` speaks against; `nil` where it was not asked.
    public internal(set) var quarantine: QuarantineReport?

    /// Adds what was understood of a file.
    mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }

    /// How many examples of each reason are kept.
    static let exampleLimit = 3

    /// How many events or lines were dropped for a reason.
    public func count(of reason: Reason) -> Int {
        drops.first { $0.reason == reason }?.count ?? 0
    }

    /// Adds a drop that belongs to a line.
    mutating func add(_ reason: Reason, file: String, line: Int, detail: @autoclosure () -> String) {
        let index = index(of: reason)
        drops[index].count += 1
        guard drops[index].examples.count < Self.exampleLimit else { return }
        drops[index].examples.append(Example(file: file, line: line, detail: detail()))
    }

    /// Adds drops that belong to no line, with what is to be said of the first.
    mutating func add(_ reason: Reason, count: Int, details: [String]) {
        guard count > 0 else { return }
        let index = index(of: reason)
        drops[index].count += count
        drops[index].examples += details.map { Example(file: nil, line: nil, detail: $0) }
    }

    private mutating func index(of reason: Reason) -> Int {
        if let index = drops.firstIndex(where: { $0.reason == reason }) { return index }
        drops.append(Drop(reason: reason, count: 0, examples: []))
        return drops.count - 1
    }

    /// Puts the drops into the order of ``Reason``.
    mutating func sortDrops() {
        let order = Dictionary(uniqueKeysWithValues: zip(Reason.allCases, 0...))
        drops.sort { (order[$0.reason] ?? 0) < (order[$1.reason] ?? 0) }
    }
}

extension CleaningReport: CustomStringConvertible {
    /// A table for people.
    public var description: String {
        var lines = [
            "\(eventsKept) events of \(usersKept) users on \(itemsKept) items kept, from \(linesRead) lines."
        ]
        for drop in drops {
            lines.append("  dropped \(drop.count): \(drop.reason.rawValue)")
            for example in drop.examples {
                lines.append("    \(example.place)\(example.detail)")
            }
        }
        lines += outliers.lines
        lines += quarantine?.lines ?? []
        lines += warnings.map { "  warning: \($0)" }
        lines += notes.map { "  read \($0)" }
        return lines.joined(separator: "\n")
    }
}

/// An error that a caller or the outside world caused, in words that say what to do next.
///
/// Bugs of Freshet itself are preconditions, never this type.
public struct FreshetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Who can mend the failure.
    public enum Kind: String, Sendable {
        /// The call itself is wrong: an unknown model, preset, column or a value out of range. Exit code 64.
        case usage
        /// There is nothing of the name that was given. Exit code 1.
        case notFound
        /// The call is sound, but what there is at the moment does not allow it. Exit code 1.
        case conflict
        /// The data is wrong: a malformed line, a damaged checkpoint, a shape that does not fit. Exit code 1.
        case invalidData
        /// The outside world failed: a file that cannot be read, a full disk. Exit code 1.
        case external
        /// The work was stopped on request (Ctrl-C). Exit code 130.
        case cancelled
    }

    /// Who can mend the failure.
    public let kind: Kind
    /// What went wrong, with the values and places involved.
    public let message: String
    /// What to do next, when there is something to say.
    public let remedy: String?

    /// Creates an error.
    public init(_ kind: Kind, _ message: String, remedy: String? = nil) {
        self.kind = kind
        self.message = message
        self.remedy = remedy
    }

    /// The message, followed by the remedy.
    public var description: String {
        remedy.map { "\(message)\n\($0)" } ?? message
    }

    /// The error for a name that is not in a table: it lists the known ones and says which may be meant.
    public static func unknown(_ what: String, _ name: String, known: some Collection<String>) -> FreshetError {
        FreshetError(
            .usage,
            "Unknown \(what) '\(name)'.\(Spelling.question(for: name, among: known))",
            remedy: known.isEmpty ? "There is none yet." : "Known: \(known.sorted().joined(separator: ", "))."
        )
    }
}

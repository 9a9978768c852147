import FreshetCore

/// The names of a table's columns.
public struct TableHeader: Sendable, Equatable {
    /// The names, without blanks around them and without types behind a colon, as RecBole writes them.
    public let names: [String]
    /// The table's file, for error messages.
    let file: String
    /// Whether the table itself names its columns; else they are named by position, from 1.
    let isWritten: Bool

    /// A header of some names.
    init(names: [String], file: String, isWritten: Bool = true) {
        self.names = names
        self.file = file
        self.isWritten = isWritten
    }

    /// The position of the first of some names that the table has, or `nil`.
    ///
    /// Names are looked for as they are, and then without regard to case, blanks and signs: `user_id`, `userId` and
    /// `User-ID` are one name.
    public func position(of candidates: [String]) -> Int? {
        for candidate in candidates {
            if let position = names.firstIndex(of: candidate) { return position }
        }
        let keys = names.map(Self.key)
        return candidates.lazy.map(Self.key).compactMap { candidate in
            candidate.isEmpty ? nil : keys.firstIndex(of: candidate)
        }.first
    }

    /// The position of a column that must be there.
    /// - Throws: ``FreshetError`` of kind `usage` that lists the columns there are.
    public func position(ofRequired candidates: [String]) throws -> Int {
        if let position = position(of: candidates) { return position }
        let wanted = candidates.prefix(6).map { "'\($0)'" }.joined(separator: " or ")
        throw FreshetError(
            .usage,
            "'\(file)' has no column \(wanted)\(candidates.count > 6 ? " or the like" : "").",
            remedy: isWritten
                ? "Its columns: \(names.joined(separator: ", "))."
                : "It has no header: its columns are named by position, 1 to \(names.count)."
        )
    }

    /// A name without regard to case, blanks and signs.
    static func key(_ name: String) -> String {
        String(name.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) })
    }
}

import FreshetCore

/// The first line of a table: the names of its columns.
public struct TableHeader: Sendable, Equatable {
    /// The names, without blanks around them.
    public let names: [String]
    /// The table's file, for error messages.
    let file: String

    /// The position of the first of some names that the table has, in any case of letters, or `nil`.
    public func position(of candidates: [String]) -> Int? {
        for candidate in candidates {
            if let position = names.firstIndex(of: candidate) { return position }
        }
        let lowercased = names.map { $0.lowercased() }
        return candidates.lazy.compactMap { lowercased.firstIndex(of: $0.lowercased()) }.first
    }

    /// The position of a column that must be there.
    /// - Throws: ``FreshetError`` of kind `usage` that lists the columns there are.
    public func position(ofRequired candidates: [String]) throws -> Int {
        if let position = position(of: candidates) { return position }
        let wanted = candidates.map { "'\($0)'" }.joined(separator: " or ")
        throw FreshetError(
            .usage,
            "'\(file)' has no column \(wanted).",
            remedy: "Its columns: \(names.joined(separator: ", "))."
        )
    }

    /// The byte that parts the columns of a header line: of tab, comma, semicolon and bar the one that it has most of.
    static func separator(of line: some Collection<UInt8>) -> UInt8 {
        let counts = ["\t", ",", ";", "|"].map { (separator: Unicode.Scalar) in
            (separator: UInt8(ascii: separator), count: line.count { $0 == UInt8(ascii: separator) })
        }
        return counts.reduce(counts[0]) { $1.count > $0.count ? $1 : $0 }.separator
    }
}

import FreshetCore

/// `user item` a line, separated by a tab or blanks, each user's lines in time order as they stand (the SASRec form).
///
/// A first line of the words `user` and `item` (or `user_id`, `item_id`) is a header. It is recognised only where every
/// line has two fields, and they look like ids.
struct PairsImporter: Importer {
    let name = "pairs"
    let summary = "user and item a line, separated by a tab or blanks, in time order"

    func recognizes(_ source: ImportSource) -> Bool {
        guard PlainFields.areIdentifiers(source.firstLines, { $0.allSatisfy { $0 == 2 } }) else { return false }
        // A header that says something else makes it another table.
        guard let header = source.look?.header, header.isWritten else { return true }
        return Self.isHeader(header.names)
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        let view = collector.typeCode(of: .view)
        try collector.forEachLine(of: source.main("events.txt", "pairs.txt")) { line in
            guard let (user, item) = Self.cut(line) else {
                return try collector.drop(.malformedLine, "not two fields")
            }
            if collector.place.line == 1, Self.isHeader([user, item].map(decodeText)) { return }
            try collector.addEvent(user: user, item: item, type: view)
        }
    }

    private static func cut(_ line: Bytes) -> (user: Bytes, item: Bytes)? {
        var fields = SeparatedFields(tabsOrBlanksIn: line)
        guard let user = fields.next(), let item = fields.next(), fields.next() == nil else { return nil }
        return (user, item)
    }

    private static func isHeader(_ names: [String]) -> Bool {
        [["user", "item"], ["userid", "itemid"]].contains(names.map(TableHeader.key))
    }
}

/// Lines of ids with blanks or tabs between them, and lines that only look like such.
enum PlainFields {
    /// Whether some lines hold nothing but ids, in numbers that fit.
    ///
    /// An id has a digit in it, or at most two letters: lines of words are a text, whatever their number. A first line of
    /// the words `user` and `item` does not count.
    static func areIdentifiers(_ lines: [ArraySlice<UInt8>], _ fits: ([Int]) -> Bool) -> Bool {
        var counts: [Int] = []
        var (identifiers, words) = (0, 0)
        for line in lines {
            let isSound = line.withUnsafeBufferPointer { line in
                var fields = SeparatedFields(tabsOrBlanksIn: line)
                var count = 0
                while let field = fields.next() {
                    count += 1
                    guard isPlain(field) else { return false }
                    if isIdentifier(field) { identifiers += 1 } else { words += 1 }
                }
                counts.append(count)
                return true
            }
            guard isSound else { return false }
        }
        return identifiers > 0 && words * 10 <= identifiers && fits(counts)
    }

    /// Whether a field has none of the signs that stand between fields, in code and in sentences.
    private static func isPlain(_ field: Bytes) -> Bool {
        guard let last = field.last else { return false }
        let signs = Array(",;|\"'`{}()[]<>=\\".utf8)
        return !field.contains(where: signs.contains) && last != UInt8(ascii: ".") && !field.contains(UInt8(ascii: ":"))
    }

    private static func isIdentifier(_ field: Bytes) -> Bool {
        field.count <= 2 || field.contains { $0 &- 0x30 < 10 }
    }
}

import FreshetCore

/// `user item` per line, separated by a tab or blanks, each user's lines in time order as they stand (the SASRec form).
struct PairsImporter: Importer {
    let name = "pairs"
    let summary = "user and item a line, separated by a tab or blanks, in time order"

    func recognizes(_ source: ImportSource) -> Bool {
        let lines = source.firstLines.dropLast()
        return source.entries == nil && !lines.isEmpty
            && lines.allSatisfy { line in line.withUnsafeBufferPointer { Self.split($0) } != nil }
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        let view = collector.typeCode(of: .view)
        try collector.forEachLine(of: source.path) { line in
            guard let (user, item) = Self.split(line) else {
                return try collector.drop(.malformedLine, "not two fields")
            }
            try collector.addEvent(user: user, item: item, type: view)
        }
    }

    /// The two fields of a line: around its only tab, or else its only run of blanks.
    private static func split(_ line: Bytes) -> (user: Bytes, item: Bytes)? {
        var fields = line.contains(0x09) ? SeparatedFields(line, separator: 0x09) : SeparatedFields(blanksIn: line)
        guard let user = fields.next(), let item = fields.next(), fields.next() == nil else { return nil }
        return (user, item)
    }
}

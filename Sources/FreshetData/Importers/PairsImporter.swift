import FreshetCore

/// `user item` a line, separated by a tab or blanks, each user's lines in time order as they stand (the SASRec form).
///
/// A first line of the words `user` and `item` (or `user_id`, `item_id`) is a header.
struct PairsImporter: Importer {
    let name = "pairs"
    let summary = "user and item a line, separated by a tab or blanks, in time order"

    func recognizes(_ source: ImportSource) -> Bool {
        ImportSource.most(source.firstLines) { Self.cut($0) != nil }
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        let view = collector.typeCode(of: .view)
        try collector.forEachLine(of: source.main("events.txt", "pairs.txt")) { line in
            guard let (user, item) = Self.cut(line) else {
                return try collector.drop(.malformedLine, "not two fields")
            }
            if collector.place.line == 1, Self.isHeader(user, item) { return }
            try collector.addEvent(user: user, item: item, type: view)
        }
    }

    private static func cut(_ line: Bytes) -> (user: Bytes, item: Bytes)? {
        var fields = SeparatedFields(tabsOrBlanksIn: line)
        guard let user = fields.next(), let item = fields.next(), fields.next() == nil else { return nil }
        return (user, item)
    }

    private static func isHeader(_ user: Bytes, _ item: Bytes) -> Bool {
        let names = [user, item].map { decodeText($0).lowercased() }
        return [["user", "item"], ["user_id", "item_id"], ["userid", "itemid"]].contains(names)
    }
}

import FreshetCore

/// `user item item …`: one user a line with their items in time order, separated by tabs or blanks.
///
/// It is recognised only where every line has a user and items, in different numbers, and they look like ids.
struct SequencesImporter: Importer {
    let name = "sequences"
    let summary = "one user a line: the user and then the items in time order"

    func recognizes(_ source: ImportSource) -> Bool {
        PlainFields.areIdentifiers(source.firstLines) { counts in
            counts.allSatisfy { $0 >= 2 } && (Set(counts).count > 1 || counts.count == 1)
        }
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        let view = collector.typeCode(of: .view)
        try collector.forEachLine(of: source.main("sequences.txt")) { line in
            var fields = SeparatedFields(tabsOrBlanksIn: line)
            guard let user = fields.next(), let first = fields.next() else {
                return try collector.drop(.malformedLine, "a user without items")
            }
            try collector.addEvent(user: user, item: first, type: view)
            while let item = fields.next() { try collector.addEvent(user: user, item: item, type: view) }
        }
    }
}

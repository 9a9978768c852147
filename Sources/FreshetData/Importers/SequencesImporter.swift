import FreshetCore

/// `user item item …`: one user a line with their items in time order, separated by tabs or blanks.
struct SequencesImporter: Importer {
    let name = "sequences"
    let summary = "one user a line: the user and then the items in time order"

    func recognizes(_ source: ImportSource) -> Bool {
        var counts: Set<Int> = []
        let isForm = ImportSource.most(source.firstLines) { line in
            var fields = SeparatedFields(blanksIn: line)
            var count = 0
            while fields.next() != nil { count += 1 }
            counts.insert(count)
            return count >= 2
        }
        return isForm && (counts.count > 1 || source.firstLines.count == 1)
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

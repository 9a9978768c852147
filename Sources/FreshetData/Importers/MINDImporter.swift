import FreshetCore

/// MIND, news by Microsoft: `behaviors.tsv` (impression, user, time, history, impressions) and `news.tsv`, no headers.
///
/// What was clicked among the impressions of a line (`N55689-1`) are its events. The history of clicks before the log
/// began has no times and is left out.
struct MINDImporter: Importer {
    let name = "mind"
    let summary = "behaviors.tsv and news.tsv of MIND: the clicked ones of each line's impressions"

    func recognizes(_ source: ImportSource) -> Bool {
        if source.isFolder { return source.file("behaviors.tsv") != nil }
        return ImportSource.most(source.firstLines) { line in
            guard let row = Self.cut(line) else { return false }
            return Self.time(row.time) != nil && Self.isLabelled(row.impressions)
        }
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        if let news = source.file("news.tsv"), news != source.path, collector.options.catalogue == nil {
            // What has no name here, links and lists of entities, is left out.
            let names = ["item", "category", "subcategory", "title", "abstract", "", "", ""]
            let columns = CatalogueColumns(id: ["item"], categories: ["category", "subcategory"])
            try CatalogueReader.read(news, columns: columns, names: names, into: collector)
        }
        let click = collector.typeCode(of: "click")
        let path = try source.main("behaviors.tsv")
        try collector.forEachLine(of: path) { line in
            guard let row = Self.cut(line) else { return try collector.drop(.malformedLine, "not five fields") }
            guard let time = Self.time(row.time) else {
                return try collector.drop(.malformedLine, "'\(decodeText(row.time))' is not a time")
            }
            var impressions = SeparatedFields(blanksIn: row.impressions)
            while let impression = impressions.next() {
                guard Self.isLabelled(impression) else { return try collector.drop(.malformedLine, "no -0 or -1") }
                guard impression.last == UInt8(ascii: "1") else { continue }
                let item = Bytes(rebasing: impression.dropLast(2))
                try collector.addEvent(user: row.user, item: item, type: click, milliseconds: time)
            }
        }
        collector.note("\(name): clicks among the impressions; the history column is left out, since it has no times")
    }

    private static func cut(_ line: Bytes) -> (user: Bytes, time: Bytes, impressions: Bytes)? {
        var fields = SeparatedFields(line, separator: "\t")
        guard fields.next() != nil, let user = fields.next(), let time = fields.next(), fields.next() != nil,
            let impressions = fields.next(), fields.next() == nil
        else { return nil }
        return (user, time, impressions)
    }

    /// Whether an impression, or the last of several, says whether it was clicked.
    private static func isLabelled(_ impression: Bytes) -> Bool {
        guard impression.count > 2, impression[impression.count - 2] == UInt8(ascii: "-") else { return false }
        return impression.last == UInt8(ascii: "0") || impression.last == UInt8(ascii: "1")
    }

    /// `11/15/2019 8:55:22 AM`, month first.
    private static func time(_ text: Bytes) -> Int64? {
        var cursor = TimeCursor(text)
        guard let month = cursor.digits(1...2), cursor.take("/"), let day = cursor.digits(1...2), cursor.take("/"),
            let year = cursor.digits(4), cursor.takeBlanks(), let hour = cursor.digits(1...2), (1...12).contains(hour),
            cursor.take(":"), let minute = cursor.digits(2), cursor.take(":"), let second = cursor.digits(2),
            cursor.takeBlanks(), let date = GregorianCalendar.day(year: year, month: month, day: day)
        else { return nil }
        let isAfternoon = cursor.takeWord("PM")
        guard isAfternoon || cursor.takeWord("AM"), cursor.isAtEnd, minute < 60, second < 60 else { return nil }
        let clock = (hour % 12 + (isAfternoon ? 12 : 0)) * 3600 + minute * 60 + second
        return (date * GregorianCalendar.daySeconds + clock) * 1000
    }
}

import FreshetCore

/// Any table of events: fields with a separator between them, or JSON objects; ``ImportOptions/columns`` names the column
/// of each role.
///
/// Without a mapping the usual names are looked for. A table without a header is read where its columns can only be
/// user, item and time, or user, item, value and time. In a folder, its files of the same columns are one table.
struct TableImporter: Importer {
    let name: String
    var takesColumns: Bool { true }

    var summary: String {
        switch name {
        case "csv": "a table, fields by any separator; --columns user=…,item=…,time=…,type=…,value=…,session=…"
        case "tsv": "the same, usually by tabs"
        default: "JSON objects, one a line or in an array, with fields as a table's columns"
        }
    }

    func recognizes(_ source: ImportSource) -> Bool {
        guard let look = Self.files(of: source)?.look, Self.name(of: look) == name else { return false }
        if !source.options.columns.isEmpty { return true }
        return Self.hasUsualNames(look.header) || Self.positions(in: look) != nil
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        guard let (paths, look) = Self.files(of: source) else { throw Refusal.of(source) }
        let mapping = collector.options.columns
        if mapping.isEmpty, !look.header.isWritten {
            guard let columns = Self.positions(in: look) else { throw Refusal.of(source, look) }
            try readEvents(of: paths, columns: columns, source, into: collector)
        } else {
            let columns = try TableColumns.usual.naming(mapping)
            if mapping.isEmpty, !Self.hasUsualNames(look.header) { throw Refusal.of(source, look) }
            try readEvents(of: paths, columns: columns, source, into: collector)
        }
    }

    private func readEvents(
        of paths: [String],
        columns: TableColumns,
        _ source: ImportSource,
        into collector: EventCollector
    ) throws {
        if source.isFolder, collector.options.catalogue == nil,
            let items = source.files(matching: ["items.*", "products.*", "catalogue.*", "catalog.*"]).first
        {
            try CatalogueReader.read(items, into: collector)
        }
        if paths.count > 1, let look = source.look(at: paths[0]), look.header.position(of: columns.time) == nil {
            throw FreshetError(
                .usage,
                "The folder '\(source.path)' holds \(paths.count) tables without times, so nobody knows which comes first.",
                remedy: "Name one of its files, or put them together in their order."
            )
        }
        for path in paths { try collector.readEvents(of: path, columns: columns) }
    }

    /// The format that a table is called.
    static func name(of look: TableLook) -> String {
        switch look.form {
        case .json: "json"
        case .separated(let dialect): dialect.separator == .byte(0x09) ? "tsv" : "csv"
        }
    }

    private static func hasUsualNames(_ header: TableHeader) -> Bool {
        let usual = TableColumns.usual
        guard header.isWritten, let item = header.position(of: usual.item) else { return false }
        return (header.position(of: usual.user) ?? header.position(of: usual.session)).map { $0 != item } ?? false
    }

    /// The tables of a source: the file itself, or those of a folder that have the same columns.
    private static func files(of source: ImportSource) -> (paths: [String], look: TableLook)? {
        guard source.isFolder else { return source.look.map { ([source.path], $0) } }
        let logs = source.files(matching: ["events.*", "interactions.*", "feedback.*"])
        if let first = logs.first, let look = source.look(at: first) { return ([first], look) }
        let endings = ["csv", "tsv", "txt", "dat", "json", "jsonl", "ndjson"].map { "*." + $0 }
        let paths = source.files(matching: endings)
        guard let first = paths.first, let look = source.look(at: first) else { return nil }
        let areAlike = paths.dropFirst().allSatisfy { source.look(at: $0)?.header.names == look.header.names }
        return areAlike ? (paths, look) : nil
    }

    /// The columns of a table without a header that can only be meant in one way: two of ids, then a number or none, then
    /// a time.
    private static func positions(in look: TableLook) -> TableColumns? {
        guard !look.header.isWritten, look.sample.count >= 1 else { return nil }
        let count = look.header.names.count
        guard count == 3 || count == 4 else { return nil }
        let kinds = (0..<count).map { column in look.sample.map { FieldKind.of($0.count > column ? $0[column] : "") } }
        let areIdentifiers = kinds[..<2].allSatisfy { $0.allSatisfy { $0 == .integer || $0 == .text } }
        let areTimes = zip(kinds[count - 1], look.sample).allSatisfy { kind, row in
            guard row.count == count else { return true }
            return kind == .time
                || kind.isNumber && NumberText.double(row[count - 1]).flatMap(ImportOptions.TimeUnit.plausible) != nil
        }
        let areRatings =
            count == 3
            || look.sample.allSatisfy { $0.count > 2 && NumberText.double($0[2]).map { abs($0) <= 100 } ?? false }
        guard areIdentifiers, areTimes, areRatings else { return nil }
        var columns = TableColumns(user: ["1"], item: ["2"])
        columns.time = ["\(count)"]
        if count == 4 { columns.value = ["3"] }
        return columns
    }
}

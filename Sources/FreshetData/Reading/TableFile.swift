import FreshetCore

/// A table of any meaning: rows of fields, whatever parts them and however the file is packed.
public enum TableFile {
    /// Calls `body` with the fields of every row.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - options: encoding, separator and header, where they are known.
    ///   - select: finds the columns by their names.
    ///   - body: gets what `select` found and the fields of a row, valid until it returns.
    /// - Throws: what `select` and `body` throw, and ``FreshetError`` when the file is no table or a row is malformed.
    public static func forEachRow<Columns>(
        of path: String,
        options: ImportOptions = ImportOptions(),
        select: (TableHeader) throws -> Columns,
        _ body: (Columns, [Bytes]) throws -> Void
    ) throws {
        let collector = EventCollector(options: options)
        try collector.forEachRow(of: path, select: { try select($0.header) }, body)
        guard let drop = collector.report.drops.first else { return }
        let example = drop.examples.first.map { " Line \($0.line ?? 0): \($0.detail)." } ?? ""
        throw FreshetError(.invalidData, "'\(path)' has \(drop.count) rows that cannot be read.\(example)")
    }
}

import FreshetCore

/// What an import gives.
public struct ImportResult: Sendable {
    /// The cleaned data.
    public let dataset: Dataset
    /// What was dropped, and why.
    public let report: CleaningReport
    /// The format that was read, given or guessed.
    public let format: String
}

/// Reads an event log of any known format into a ``Dataset``.
public struct DatasetReader: Sendable {
    /// How the log is read and cleaned.
    public var options: ImportOptions

    /// Creates a reader.
    public init(options: ImportOptions = ImportOptions()) { self.options = options }

    /// Reads a file or folder.
    ///
    /// - Parameters:
    ///   - path: the file or folder; `.gz` and `.xz` files are unpacked on the way.
    ///   - format: one of the names of ``Importers/all``; guessed when `nil`.
    /// - Returns: the data, the report and the format.
    /// - Throws: ``FreshetError`` when the source cannot be read, its format is not known, or no event is left.
    public func read(path: String, format: String? = nil) throws -> ImportResult {
        try options.validate()
        let named = try format.map { try Importers.named($0) }
        let source = try ImportSource(path: path)
        let importer = try named ?? guess(source)
        guard options.columns.isEmpty || importer is TableImporter else {
            throw FreshetError(
                .usage,
                "Columns are named, but the format \(importer.name) fixes its own.",
                remedy: "Leave out the format or the columns; tables are read as csv or tsv."
            )
        }
        let collector = EventCollector(options: options)
        if let catalogue = options.catalogue { try CatalogueReader.read(catalogue, into: collector) }
        try importer.read(source, into: collector)
        let (dataset, report) = try Cleaning.finish(collector, path: path)
        return ImportResult(dataset: dataset, report: report, format: importer.name)
    }

    /// The importer of a source whose format nobody named; where columns are named it can only be a table.
    private func guess(_ source: ImportSource) throws -> any Importer {
        guard options.columns.isEmpty || source.isFolder else { return TableImporter.of(source) }
        if let importer = Importers.all.first(where: { $0.recognizes(source) }) { return importer }
        let formats = Importers.all.map(\.name).joined(separator: ", ")
        throw FreshetError(
            .usage,
            "Cannot tell the format of '\(source.path)'.",
            remedy: source.isFolder
                ? "Name one of its files (\(source.entries.prefix(20).joined(separator: ", "))) or the format (\(formats))."
                : "Name the format: \(formats)."
        )
    }
}

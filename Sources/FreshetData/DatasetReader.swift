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
    /// The formats that are tried, the more particular first.
    private let importers: [any Importer]

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - options: how the log is read and cleaned.
    ///   - others: formats beside those of ``Importers/all``, which are tried first.
    public init(options: ImportOptions = ImportOptions(), others: [any Importer] = []) {
        self.options = options
        importers = others + Importers.all
    }

    /// Reads a file or folder.
    ///
    /// - Parameters:
    ///   - path: the file or folder, or `-` for standard input; gzip, xz and zip are unpacked on the way.
    ///   - format: one of the names of ``Importers/all``; guessed when `nil`.
    /// - Returns: the data, the report and the format.
    /// - Throws: ``FreshetError`` when the source cannot be read, its format is not known, or no event is left.
    public func read(path: String, format: String? = nil) throws -> ImportResult {
        try options.validate()
        let named = try format.map { name in
            guard let importer = importers.first(where: { $0.name == name }) else {
                throw FreshetError.unknown("format", name, known: importers.map(\.name))
            }
            return importer
        }
        let source = try ImportSource(path: path, options: options)
        let importer = try named ?? guess(source)
        guard options.columns.isEmpty || importer.takesColumns else {
            throw FreshetError(
                .usage,
                "Columns are named, but the format \(importer.name) fixes its own.",
                remedy: "Leave out the format or the columns; tables are read as csv, tsv or json."
            )
        }
        let collector = EventCollector(options: options)
        if let catalogue = options.catalogue { try CatalogueReader.read(catalogue, into: collector) }
        do {
            try importer.read(source, into: collector)
        } catch is EventLimitReached {
            collector.note("the first \(collector.columns.count) events only")
        }
        let (dataset, report) = try Cleaning.finish(collector, path: path)
        return ImportResult(dataset: dataset, report: report, format: importer.name)
    }

    /// Reads a file of item details alone.
    /// - Throws: ``FreshetError`` when it cannot be read.
    public static func readCatalogue(_ path: String) throws -> [Item] {
        let collector = EventCollector(options: ImportOptions())
        try CatalogueReader.read(path, into: collector)
        return collector.itemDetails
    }

    /// The importer of a source whose format nobody named; where columns are named it can only be a table.
    private func guess(_ source: ImportSource) throws -> any Importer {
        let candidates = options.columns.isEmpty ? importers : importers.filter { $0 is TableImporter }
        if let importer = candidates.first(where: { $0.recognizes(source) }) { return importer }
        throw Refusal.of(source)
    }
}

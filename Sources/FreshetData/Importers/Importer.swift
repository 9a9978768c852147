import FreshetCore

/// A reader of one format of event logs.
public protocol Importer: Sendable {
    /// The name that `--format` takes.
    var name: String { get }
    /// One line for `--help`.
    var summary: String { get }
    /// Whether columns can be named, since the format does not fix them.
    var takesColumns: Bool { get }
    /// Whether the source looks like this format, by its names and first bytes.
    func recognizes(_ source: ImportSource) -> Bool
    /// Reads the catalogue, if there is one, and then the events.
    func read(_ source: ImportSource, into collector: EventCollector) throws
}

extension Importer {
    /// Most formats fix their columns.
    public var takesColumns: Bool { false }
}

/// The table of formats.
public enum Importers {
    /// All of them, in the order in which they are tried when the format is guessed: the more particular first.
    public static let all: [any Importer] =
        [
            NativeImporter(),
            AmazonReviewsImporter(),
            MovieLens100KImporter(),
            MovieTweetingsImporter(),
            MovieLens1MImporter(),
            MovieLensCSVImporter(),
            GoodbooksImporter(),
            OnlineRetailImporter(),
            InstacartImporter(),
            MINDImporter(),
        ] + TableForm.all + [
            PairsImporter(),
            SequencesImporter(),
            TableImporter(name: "csv"),
            TableImporter(name: "tsv"),
            TableImporter(name: "json"),
        ]
}

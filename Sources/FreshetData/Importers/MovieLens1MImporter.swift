import FreshetCore

/// MovieLens 1M: `ratings.dat` (`user::film::rating::time`), `movies.dat` (`film::title::genres`, ISO-8859-1).
struct MovieLens1MImporter: Importer {
    let name = "movielens-1m"
    let summary = "ratings.dat and movies.dat with :: between fields"

    func recognizes(_ source: ImportSource) -> Bool {
        source.isFolder ? source.file("ratings.dat") != nil : DoubleColonFiles.hasRatings(source.firstLines)
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        try DoubleColonFiles.read(source, into: collector)
    }
}

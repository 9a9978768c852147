import FreshetCore

/// MovieLens as CSV (20M, 25M, latest): `ratings.csv` (userId, movieId, rating, timestamp) and `movies.csv`.
struct MovieLensCSVImporter: Importer {
    let name = "movielens-csv"
    let summary = "ratings.csv and movies.csv with userId and movieId"

    func recognizes(_ source: ImportSource) -> Bool {
        let lines = source.isFolder ? source.file("ratings.csv").map(ImportSource.firstLines) ?? [] : source.firstLines
        return lines.first?.starts(with: "userId,movieId".utf8) ?? false
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        if let films = source.file("movies.csv") {
            try collector.forEachRow(of: films) { look in
                try ["movieId", "title", "genres"].map { try look.header.position(ofRequired: [$0]) }
            } _: { columns, row in
                try collector.add(
                    MovieDetails.item(id: row[columns[0]], title: row[columns[1]], genres: row[columns[2]])
                )
            }
        }
        try collector.readEvents(
            of: source.main("ratings.csv"),
            as: .rating,
            columns: TableColumns(user: ["userId"], item: ["movieId"], time: ["timestamp"], value: ["rating"])
        )
    }
}

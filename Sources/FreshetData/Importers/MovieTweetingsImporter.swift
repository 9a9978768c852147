import FreshetCore

/// MovieTweetings: the same files in UTF-8, with ratings from 0 to 10 and IMDb numbers as film ids.
struct MovieTweetingsImporter: Importer {
    let name = "movietweetings"
    let summary = "ratings.dat and movies.dat of MovieTweetings, films by IMDb number"

    func recognizes(_ source: ImportSource) -> Bool {
        let lines =
            source.isFolder ? source.file("ratings.dat").map(ImportSource.firstLines) ?? [] : source.firstLines
        guard DoubleColonFiles.hasRatings(lines), let first = lines.first else { return false }
        // IMDb numbers have seven digits or more, with zeros in front.
        return first.withUnsafeBufferPointer { line in
            var fields = SeparatedFields(line, separator: ":", width: 2)
            return fields.next() != nil && (fields.next()?.count ?? 0) >= 7
        }
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        try DoubleColonFiles.read(source, into: collector)
    }
}

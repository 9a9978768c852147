import FreshetCore

/// The files that MovieLens 1M and MovieTweetings have in common.
enum DoubleColonFiles {
    static func hasRatings(_ lines: [ArraySlice<UInt8>]) -> Bool {
        ImportSource.most(lines) { cut($0) != nil }
    }

    static func read(_ source: ImportSource, into collector: EventCollector) throws {
        if let films = source.file("movies.dat") {
            try collector.forEachLine(of: films) { line in
                var fields = SeparatedFields(line, separator: ":", width: 2)
                guard let id = fields.next(), let title = fields.next() else {
                    return try collector.drop(.malformedLine, "not film, title and genres")
                }
                let genres = fields.next() ?? Bytes(start: nil, count: 0)
                try collector.add(MovieDetails.item(id: id, title: title, genres: genres))
            }
        }
        let rating = collector.typeCode(of: .rating)
        try collector.forEachLine(of: source.main("ratings.dat")) { line in
            guard let event = cut(line) else {
                return try collector.drop(.malformedLine, "not user::film::rating::time")
            }
            try collector.addEvent(
                user: event.user,
                item: event.item,
                type: rating,
                value: Float(event.value),
                milliseconds: ImportOptions.TimeUnit.seconds.milliseconds(event.time)
            )
        }
    }

    private static func cut(_ line: Bytes) -> (user: Bytes, item: Bytes, value: Double, time: Int64)? {
        var fields = SeparatedFields(line, separator: ":", width: 2)
        guard let user = fields.next(), let item = fields.next(), let value = fields.next().flatMap(NumberText.double),
            let time = fields.next().flatMap(NumberText.integer), fields.next() == nil
        else { return nil }
        return (user, item, value, time)
    }
}

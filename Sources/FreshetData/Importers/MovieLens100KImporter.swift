import FreshetCore

/// MovieLens 100K: `u.data` (user, item, rating, time by tabs), `u.item` (films, ISO-8859-1, 19 genre flags), `u.user`.
struct MovieLens100KImporter: Importer {
    let name = "movielens-100k"
    let summary = "u.data with u.item and u.user beside it"

    func recognizes(_ source: ImportSource) -> Bool {
        source.isFolder ? source.file("u.data") != nil : source.fileName == "u.data"
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        let genres = try source.file("u.genre").map { try Self.genres(of: $0, collector) } ?? Self.genres
        if let films = source.file("u.item") {
            try collector.forEachLine(of: films) { line in
                var fields = SeparatedFields(line, separator: "|")
                guard let id = fields.next(), let title = fields.next(), fields.next() != nil, fields.next() != nil,
                    fields.next() != nil
                else { return try collector.drop(.malformedLine, "fewer than five fields") }
                let flags = Self.rest(of: &fields)
                let names = zip(genres, flags).filter { $1.elementsEqual("1".utf8) }.map(\.0)
                try collector.add(MovieDetails.item(id: id, title: title, genres: names))
            }
        }
        if let users = source.file("u.user") { try readUsers(of: users, into: collector) }

        let rating = collector.typeCode(of: .rating)
        try collector.forEachLine(of: source.main("u.data")) { line in
            var fields = SeparatedFields(line, separator: "\t")
            guard let user = fields.next(), let item = fields.next(),
                let value = fields.next().flatMap(NumberText.double),
                let time = fields.next().flatMap(NumberText.integer), fields.next() == nil
            else { return try collector.drop(.malformedLine, "not user, item, rating and time") }
            try collector.addEvent(
                user: user,
                item: item,
                type: rating,
                value: Float(value),
                milliseconds: ImportOptions.TimeUnit.seconds.milliseconds(time)
            )
        }
    }

    private func readUsers(of path: String, into collector: EventCollector) throws {
        try collector.forEachLine(of: path) { line in
            var fields = SeparatedFields(line, separator: "|")
            guard let id = fields.next(), let age = fields.next().flatMap(NumberText.double),
                let gender = fields.next(),
                let occupation = fields.next()
            else { return try collector.drop(.malformedLine, "fewer than four fields") }
            try collector.add(
                User(
                    id: decodeText(id),
                    attributes: [
                        "age": .number(age), "gender": .text(decodeText(gender)),
                        "occupation": .text(decodeText(occupation)),
                    ]
                )
            )
        }
    }

    private static func rest(of fields: inout SeparatedFields) -> [Bytes] {
        var rest: [Bytes] = []
        while let field = fields.next() { rest.append(field) }
        return rest
    }

    /// The genre names of `u.genre`, `Action|1`, by the position of their flag.
    private static func genres(of path: String, _ collector: EventCollector) throws -> [String] {
        var names: [String] = []
        try collector.forEachLine(of: path) { line in
            var fields = SeparatedFields(line, separator: "|")
            if let name = fields.next() { names.append(decodeText(name)) }
        }
        return names
    }

    private static let genres = [
        "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
        "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
    ]
}

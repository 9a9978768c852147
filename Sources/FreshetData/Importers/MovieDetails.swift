import FreshetCore

/// What the movie formats know of a film.
enum MovieDetails {
    /// A film from its id, `Title (1995)` and `Comedy|Drama`.
    static func item(id: Bytes, title: Bytes, genres: Bytes) -> Item {
        let names = decodeText(genres).split(separator: "|").map(String.init)
        return item(id: id, title: title, genres: names.filter { $0 != "(no genres listed)" })
    }

    /// A film from its id, `Title (1995)` and genres.
    static func item(id: Bytes, title: Bytes, genres: [String]) -> Item {
        let title = decodeText(title)
        return Item(
            id: decodeText(id),
            title: title.isEmpty ? nil : title,
            categories: genres,
            attributes: year(in: title).map { ["year": .number($0)] } ?? [:]
        )
    }

    private static func year(in title: String) -> Double? {
        guard title.hasSuffix(")"), let open = title.lastIndex(of: "(") else { return nil }
        let digits = title[title.index(after: open)...].dropLast()
        return digits.utf8.count == 4 ? Int(digits).map(Double.init) : nil
    }
}

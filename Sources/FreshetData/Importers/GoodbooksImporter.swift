import Foundation
import FreshetCore

/// goodbooks-10k: `ratings.csv` (user_id, book_id, rating; in time order, without times) and `books.csv`, or as `.tsv`.
struct GoodbooksImporter: Importer {
    let name = "goodbooks"
    let summary = "ratings and books as .csv or .tsv, with user, book and rating"

    func recognizes(_ source: ImportSource) -> Bool {
        let lines =
            source.isFolder
            ? source.file("ratings.tsv", "ratings.csv").map(ImportSource.firstLines) ?? [] : source.firstLines
        guard let first = lines.first else { return false }
        return ["user_id,book_id,rating", "user\tbook\trating"].contains { first.elementsEqual($0.utf8) }
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        if let books = source.file("books.tsv", "books.csv") { try readBooks(of: books, into: collector) }
        try collector.readEvents(
            of: source.main("ratings.tsv", "ratings.csv"),
            as: .rating,
            columns: TableColumns(user: ["user_id", "user"], item: ["book_id", "book"], value: ["rating"])
        )
    }

    private func readBooks(of path: String, into collector: EventCollector) throws {
        try collector.forEachRow(of: path) { look in
            let header = look.header
            return (
                id: try header.position(ofRequired: ["book_id", "book"]), title: header.position(of: ["title"]),
                authors: header.position(of: ["authors"]),
                year: header.position(of: ["original_publication_year", "year"]),
                language: header.position(of: ["language_code", "language"]),
                rating: header.position(of: ["average_rating"]), tags: header.position(of: ["tags"])
            )
        } _: { columns, row in
            let text = { (column: Int?) in column.map { decodeText(row[$0]) } ?? "" }
            var attributes: [String: AttributeValue] = [:]
            let authors = text(columns.authors).components(separatedBy: ", ").filter { !$0.isEmpty }
            if !authors.isEmpty { attributes["author"] = .texts(authors) }
            if !text(columns.language).isEmpty { attributes["language"] = .text(text(columns.language)) }
            for (name, column) in [("year", columns.year), ("average_rating", columns.rating)] {
                if let number = column.flatMap({ NumberText.double(row[$0]) }) { attributes[name] = .number(number) }
            }
            // Tags are `name:count`, joined by bars.
            let tags = text(columns.tags).split(separator: "|").map { tag in
                tag.lastIndex(of: ":").map { String(tag[..<$0]) } ?? String(tag)
            }
            let title = text(columns.title)
            try collector.add(
                Item(
                    id: decodeText(row[columns.id]),
                    title: title.isEmpty ? nil : title,
                    tags: tags,
                    attributes: attributes
                )
            )
        }
    }
}

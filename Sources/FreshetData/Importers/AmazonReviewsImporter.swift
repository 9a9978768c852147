import FreshetCore

/// Amazon reviews, one JSON object a line: `reviewerID`, `asin`, `overall`, `unixReviewTime` (releases to 2018), or
/// `user_id`, `parent_asin`, `rating`, `timestamp` in milliseconds (2023).
struct AmazonReviewsImporter: Importer {
    let name = "amazon-reviews"
    let summary = "Amazon review lines in JSON, of either release"

    func recognizes(_ source: ImportSource) -> Bool {
        guard source.firstLines.first?.first == UInt8(ascii: "{"), source.contains("asin\"") else { return false }
        return source.contains("\"reviewerID\"") || source.contains("\"user_id\"")
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        let reader = JSONObjectReader(names: [
            "reviewerID", "asin", "overall", "unixReviewTime", "user_id", "parent_asin", "rating", "timestamp",
        ])
        let rating = collector.typeCode(of: .rating)
        try collector.forEachLine(of: source.main("reviews.jsonl", "reviews.json")) { line in
            do throws(JSONFault) {
                try reader.read(line)
            } catch {
                return try collector.drop(.malformedLine, error.description)
            }
            guard let user = reader.text(0) ?? reader.text(4), let item = reader.text(5) ?? reader.text(1) else {
                return try collector.drop(.malformedLine, "no reviewer or no product")
            }
            let time =
                reader.number(3).flatMap(ImportOptions.TimeUnit.seconds.milliseconds)
                ?? reader.number(7).flatMap(ImportOptions.TimeUnit.milliseconds.milliseconds)
            let value = reader.number(2) ?? reader.number(6)
            try collector.addEvent(
                user: user,
                item: item,
                type: rating,
                value: value.map(Float.init) ?? .nan,
                milliseconds: time
            )
        }
    }
}

extension JSONObjectReader {
    fileprivate func text(_ field: Int) -> Bytes? {
        if case .string(let text) = value(field) { text } else { nil }
    }

    fileprivate func number(_ field: Int) -> Double? {
        if case .number(let text) = value(field) { NumberText.double(text) } else { nil }
    }
}

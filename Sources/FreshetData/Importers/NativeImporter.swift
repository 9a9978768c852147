import Foundation
import FreshetCore

/// Freshet's own form: `events.jsonl` with one event a line, and `items.jsonl` and `users.jsonl` beside it.
///
/// An event is `{"user": "u1", "item": "i1", "type": "view", "value": 1, "time": "2024-02-29T12:30:00Z", "id": "e1"}`;
/// all but user and item may be missing, the user where there is a `session`, and the time may be a number of seconds
/// since 1970. A line with a `text` and no item is a search. An item or user has an
/// `id` and what ``Item`` and ``User`` hold.
struct NativeImporter: Importer {
    let name = "jsonl"
    let summary = "a folder with events.jsonl, items.jsonl and users.jsonl, or a file of events"

    func recognizes(_ source: ImportSource) -> Bool {
        if source.isFolder { return source.file("events.jsonl") != nil }
        guard source.firstLines.first?.first == UInt8(ascii: "{") else { return false }
        // Objects whose users are numbers, say, are a table of their fields.
        var parser = EventParser()
        return source.firstLines.prefix(100).contains { line in
            line.withUnsafeBufferPointer { (try? parser.parse($0)) != nil }
        }
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        if source.isFolder {
            let decoder = JSONDecoder()
            if let items = source.file("items.jsonl") {
                try readDetails(of: items, names: Item.fieldNames, { Item(id: $0) }, collector) {
                    try decoder.decode(Item.self, from: $0)
                } add: {
                    try collector.add($0)
                }
            }
            if let users = source.file("users.jsonl") {
                try readDetails(of: users, names: User.fieldNames, { User(id: $0) }, collector) {
                    try decoder.decode(User.self, from: $0)
                } add: {
                    try collector.add($0)
                }
            }
        }
        var parser = EventParser()
        try collector.forEachLine(of: source.main("events.jsonl")) { line in
            do throws(JSONFault) {
                try parser.parse(line)
            } catch {
                return try collector.drop(.malformedLine, error.description)
            }
            if let text = parser.search {
                return try collector.addSearch(
                    user: parser.user,
                    text: text,
                    milliseconds: parser.time?.milliseconds,
                    id: parser.id
                )
            }
            guard let type = collector.typeCode(of: parser.type, else: .view) else {
                return try collector.drop(.malformedLine, "more than 255 event types")
            }
            try collector.addEvent(
                user: parser.user,
                item: parser.item,
                type: type,
                value: parser.value,
                milliseconds: parser.time?.milliseconds,
                id: parser.id,
                session: parser.session
            )
        }
    }

    /// Reads a file of items or users.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - names: the fields that say something, the id first. A line with nothing but the id, of which there can be
    ///     millions, is spared the slower decoder.
    ///   - bare: makes the details from an id alone.
    ///   - collector: gives the lines and takes the complaints.
    ///   - decode: reads any other line.
    ///   - add: takes the details.
    /// - Throws: what `add` and the collector throw.
    func readDetails<Details>(
        of path: String,
        names: [String],
        _ bare: (String) -> Details,
        _ collector: EventCollector,
        decode: (Data) throws -> Details,
        add: (Details) throws -> Void
    ) throws {
        let reader = JSONObjectReader(names: names)
        try collector.forEachLine(of: path) { line in
            if let id = reader.loneText(line) { return try add(bare(id)) }
            let details: Details
            do {
                details = try decode(Data(line))
            } catch let error as DecodingError {
                return try collector.drop(.malformedLine, error.reason)
            }
            try add(details)
        }
    }
}

extension JSONObjectReader {
    /// The text of the first field of a line that has no other of the fields, or `nil`.
    fileprivate func loneText(_ line: Bytes) -> String? {
        guard (try? read(line)) != nil, case .string(let text) = value(0), !hasFields(after: 0) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}

extension DecodingError {
    /// The reason in a few words.
    var reason: String {
        switch self {
        case .keyNotFound(let key, _): "the field '\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "the field '\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of another type"
        case .dataCorrupted: "not JSON"
        @unknown default: "not as expected"
        }
    }
}

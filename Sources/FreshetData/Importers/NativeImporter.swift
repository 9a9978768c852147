import Foundation
import FreshetCore

/// Freshet's own form: `events.jsonl` with one event a line, and `items.jsonl` and `users.jsonl` beside it.
///
/// An event is `{"user": "u1", "item": "i1", "type": "view", "value": 1, "time": "2024-02-29T12:30:00Z", "id": "e1"}`;
/// all but user and item may be missing, and the time may be a number of seconds since 1970. An item or user has an
/// `id` and what ``Item`` and ``User`` hold.
struct NativeImporter: Importer {
    let name = "jsonl"
    let summary = "a folder with events.jsonl, items.jsonl and users.jsonl, or a file of events"

    func recognizes(_ source: ImportSource) -> Bool {
        if source.isFolder { return source.file("events.jsonl") != nil }
        return source.prefix.first == UInt8(ascii: "{") && source.contains("\"user\"") && source.contains("\"item\"")
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        if source.isFolder {
            if let items = source.file("items.jsonl") {
                try readDetails(of: items, collector) { try collector.add($0 as Item) }
            }
            if let users = source.file("users.jsonl") {
                try readDetails(of: users, collector) { try collector.add($0 as User) }
            }
        }
        var parser = EventParser()
        try collector.forEachLine(of: source.main("events.jsonl")) { line in
            do throws(JSONFault) {
                try parser.parse(line)
            } catch {
                return try collector.drop(.malformedLine, error.description)
            }
            guard let type = collector.typeCode(of: parser.type, else: .view) else {
                return try collector.drop(.malformedLine, "more than 255 event types")
            }
            try collector.addEvent(
                user: parser.user,
                item: parser.item,
                type: type,
                value: parser.value,
                time: parser.time,
                id: parser.id
            )
        }
    }

    /// Reads a file of items or users.
    func readDetails<Details: Decodable>(
        of path: String,
        _ collector: EventCollector,
        _ add: (Details) throws -> Void
    ) throws {
        let decoder = JSONDecoder()
        try collector.forEachLine(of: path) { line in
            let details: Details
            do {
                details = try decoder.decode(Details.self, from: Data(line))
            } catch let error as DecodingError {
                return try collector.drop(.malformedLine, error.reason)
            }
            try add(details)
        }
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

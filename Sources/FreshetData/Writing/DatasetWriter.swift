import Foundation
import FreshetCore

/// Writes data sets in Freshet's own form: `users.jsonl`, `items.jsonl` and `events.jsonl` in a folder.
public struct DatasetWriter: Sendable {
    /// Creates a writer.
    public init() {}

    /// Writes a data set; files that are there are replaced, each at once when it is complete.
    ///
    /// Events are written user by user, each user's in time order, and then what users looked for; reading them back gives the same data set.
    /// - Throws: ``FreshetError`` of kind `external` when the folder cannot be made or written to.
    public func write(_ dataset: Dataset, to directory: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch let error as CocoaError {
            throw FreshetError(
                .external,
                "Cannot make the folder '\(directory)': \(error.localizedDescription)",
                remedy: "Choose a folder that the user who runs the command may write to."
            )
        }
        let file = { (name: String) in (directory as NSString).appendingPathComponent(name) }
        try writeDetails(
            dataset.items.identifiers.indices.map { dataset.item(at: $0) },
            { Item(id: $0) },
            to: file("items.jsonl")
        )
        try writeDetails(
            dataset.users.identifiers.indices.map { dataset.user(at: $0) },
            { User(id: $0) },
            to: file("users.jsonl")
        )
        try writeEvents(of: dataset, to: file("events.jsonl"))
    }

    /// Writes items or users; most of many have nothing but an id, which needs no encoder.
    private func writeDetails<Details: Encodable & Equatable & Identifiable<String>>(
        _ details: [Details],
        _ bare: (String) -> Details,
        to path: String
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let writer = try FileWriter(path: path)
        for detail in details {
            if detail == bare(detail.id) {
                try writer.write(Array("{\"id\":".utf8) + Self.quoted(detail.id) + Array("}\n".utf8))
            } else {
                try writer.write(encoder.encode(detail))
                try writer.write(CollectionOfOne(0x0A))
            }
        }
        try writer.finish()
    }

    private func writeEvents(of dataset: Dataset, to path: String) throws {
        let histories = dataset.histories
        let types = dataset.eventTypes.map { $0 == .view ? [] : Array(",\"type\":".utf8) + Self.quoted($0.rawValue) }
        let writer = try FileWriter(path: path)
        var line: [UInt8] = []
        for user in 0..<dataset.users.count {
            let rows = histories.offsets[user]..<histories.offsets[user + 1]
            guard !rows.isEmpty else { continue }
            let beginning = Array("{\"user\":".utf8) + Self.quoted(dataset.users[user]) + Array(",\"item\":".utf8)
            for row in rows {
                line.removeAll(keepingCapacity: true)
                line += beginning
                line += Self.quoted(dataset.items[histories.items[row].position])
                line += types[histories.types.isEmpty ? 0 : Int(histories.types[row])]
                if !histories.values.isEmpty, !histories.values[row].isNaN {
                    line += ",\"value\":\(histories.values[row])".utf8
                }
                if !histories.times.isEmpty { line += ",\"time\":\(histories.times[row].decimalSeconds)".utf8 }
                if let session = histories.session(at: row) {
                    line += ",\"session\":".utf8
                    line += Self.quoted(dataset.sessions[session])
                }
                line += "}\n".utf8
                try writer.write(line)
            }
        }
        for search in dataset.searches {
            try writer.write(Self.line(of: search, by: dataset.users[search.user.position]))
        }
        try writer.finish()
    }

    private static func line(of search: Dataset.Search, by user: String) -> [UInt8] {
        var line = Array("{\"user\":".utf8) + quoted(user) + Array(",\"type\":\"search\",\"text\":".utf8)
        line += quoted(search.text)
        if let time = search.time { line += ",\"time\":\(time.decimalSeconds)".utf8 }
        return line + Array("}\n".utf8)
    }

    /// A string as JSON, in quotes.
    package static func quoted(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        return bytes
    }
}

extension Dataset {
    /// What is known of an item; its id alone where nothing is.
    fileprivate func item(at position: Int) -> Item {
        itemDetails.isEmpty ? Item(id: items[position]) : itemDetails[position]
    }

    /// What is known of a user; their id alone where nothing is.
    fileprivate func user(at position: Int) -> User {
        userDetails.isEmpty ? User(id: users[position]) : userDetails[position]
    }
}

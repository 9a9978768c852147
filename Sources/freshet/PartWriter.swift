import Foundation
import FreshetCore
import FreshetData
import FreshetNN

/// A file or folder of a split.
struct WrittenPart: Encodable {
    let path: String
    let events: Int
}

/// Writes the parts of a data set.
struct PartWriter {
    private struct Line: Encodable {
        let user: String
        let item: String
    }

    let dataset: Dataset
    let folder: String
    let form: SplitCommand.Form

    /// Writes events to learn from: a file of pairs, or a folder with everything.
    func write(training: Dataset, as name: String) throws -> WrittenPart {
        try DurableFolder.create(folder)
        guard form == .pairs else {
            let path = "\(folder)/\(name)"
            try DatasetWriter().write(training, to: path)
            return WrittenPart(path: path, events: training.histories.eventCount)
        }
        let events = (0..<training.users.count).lazy.flatMap { user in
            training.histories[UserIndex(user)].items.lazy.map { Holdout(user: UserIndex(user), item: $0) }
        }
        return try write(events, as: name)
    }

    /// Writes held-out events: a file of pairs, or of JSON lines.
    func write(_ events: some Sequence<Holdout>, as name: String) throws -> WrittenPart {
        try DurableFolder.create(folder)
        let path = "\(folder)/\(name).\(form == .pairs ? "tsv" : "jsonl")"
        if form == .pairs { try checkIdentifiers() }
        let file = try DurableFile(path: path)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var count = 0
        for event in events {
            let line = Line(user: dataset.users[event.user.position], item: dataset.items[event.item.position])
            switch form {
            case .pairs: try file.write("\(line.user)\t\(line.item)\n")
            case .jsonl: try file.write(String(decoding: try encoder.encode(line), as: UTF8.self) + "\n")
            }
            count += 1
        }
        try file.commit()
        return WrittenPart(path: path, events: count)
    }

    /// Ids that would break a line of two fields apart cannot be written as they are.
    private func checkIdentifiers() throws {
        for table in [dataset.users, dataset.items] {
            guard let position = table.firstIdentifier(with: [0x09, 0x0A, 0x0D]) else { continue }
            throw FreshetError(
                .invalidData,
                "The id '\(table[position])' holds a tab or line end.",
                remedy: "Write JSON lines: --as jsonl."
            )
        }
    }
}

extension IdentifierTable {
    /// The number of the first id that holds one of some bytes.
    func firstIdentifier(with bytes: Set<UInt8>) -> Int? {
        (0..<count).first { position in
            withBytes(at: position) { $0.contains(where: bytes.contains) }
        }
    }
}

import Foundation
import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN

/// Writes lists of recommendations as tab-separated lines, JSON lines, one JSON object, or words.
struct RecommendationWriter {
    private enum Form { case tabSeparated, jsonLines, object, words }

    private struct Line: Encodable {
        let user: String?
        let items: [NamedItem]
    }

    private struct Summary: Encodable {
        let model: String
        let users: Int
        let seconds: Double
        let output: String?
        let recommendations: [Line]?
    }

    private let snapshot: Snapshot
    private let form: Form
    private let path: String?
    private let file: DurableFile?
    private var lines: [Line] = []
    private var users = 0

    /// Starts to write to a file, or to standard output when there is no path.
    init(snapshot: Snapshot, path: String?, isJSON: Bool, isForPeople: Bool) throws {
        self.snapshot = snapshot
        self.path = path
        form =
            switch path {
            case let path?: path.hasSuffix(".jsonl") ? .jsonLines : .tabSeparated
            case nil: isJSON ? .object : isForPeople ? .words : .tabSeparated
            }
        if form == .tabSeparated { try Self.checkIdentifiers(snapshot.dataset) }
        file =
            form == .tabSeparated || form == .jsonLines
            ? try path.map(DurableFile.init(path:)) ?? DurableFile(standardOutput: ()) : nil
    }

    /// Adds a list.
    mutating func write(_ recipient: Recipient, _ list: [ScoredItem]) throws {
        users += 1
        switch form {
        case .tabSeparated:
            let items = list.map { snapshot.dataset.items[$0.item.position] }
            try file?.write("\(name(recipient) ?? "")\t\(items.joined(separator: ","))\n")
        case .jsonLines:
            try file?.write(SnapshotJSON.encode(line(recipient, list)))
            try file?.write("\n")
        case .object:
            lines.append(line(recipient, list))
        case .words:
            try Console.write(words(recipient, list))
        }
    }

    /// Ends the file and reports.
    func finish(_ console: Console, seconds: Double) throws {
        try file?.commit()
        guard console.isJSON || form == .tabSeparated || form == .jsonLines else { return }
        let rate = Words.count(Int(Double(users) / max(seconds, 1e-9)))
        console.note("\(Words.count(users)) users in \(Words.duration(seconds)) (\(rate)/s)")
        guard console.isJSON else { return }
        let summary = Summary(
            model: snapshot.manifest.model,
            users: users,
            seconds: seconds,
            output: path,
            recommendations: form == .object ? lines : nil
        )
        try console.result(summary) { "" }
    }

    private func name(_ recipient: Recipient) -> String? { recipient.user.map { snapshot.dataset.users[$0.position] } }

    private func line(_ recipient: Recipient, _ list: [ScoredItem]) -> Line {
        Line(user: name(recipient), items: list.map(snapshot.named))
    }

    private func words(_ recipient: Recipient, _ list: [ScoredItem]) -> String {
        let recent = recipient.context.history.items.suffix(5).map(snapshot.describe).joined(separator: "\n  ")
        let found = zip(1..., list).map { "\($0). \(snapshot.describe($1.item))" }.joined(separator: "\n  ")
        return
            "\(name(recipient).map { "User \($0)" } ?? "Somebody new"), last events:\n  \(recent)\nRecommended:\n  \(found)"
    }

    /// Ids that would break the lines apart cannot be written as they are.
    private static func checkIdentifiers(_ dataset: Dataset) throws {
        let breaking: [(String, IdentifierTable, Set<UInt8>)] = [
            ("Item", dataset.items, [0x09, 0x0A, 0x0D, UInt8(ascii: ",")]),
            ("User", dataset.users, [0x09, 0x0A, 0x0D]),
        ]
        for (kind, table, bytes) in breaking {
            guard let position = table.firstIdentifier(with: bytes) else { continue }
            throw FreshetError(
                .invalidData,
                "\(kind) id '\(table[position])' holds a comma, tab or line end.",
                remedy: "Write JSON lines: give --output a name that ends in .jsonl."
            )
        }
    }
}

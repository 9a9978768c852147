import Foundation
import FreshetCore
import Synchronization

/// What administrators did, newest last: who, what, when, and how it ended.
///
/// A file of JSON lines in the tenant's folder, `access-log.jsonl`. When it is full it becomes `access-log.1.jsonl` in the
/// place of the one before, so the log keeps the newest acts in bounded room.
final class AccessLog: Sendable {
    /// One act.
    struct Entry: Sendable, Codable, Equatable {
        /// In milliseconds since 1970.
        let time: Int64
        /// The id of the key; `nil` on a server without keys.
        let key: String?
        /// What the key is for.
        let name: String?
        /// The operation, as the OpenAPI document names it.
        let operation: String
        let path: String
        let status: Int
        /// The request's trace.
        let trace: String
    }

    private let path: String
    private let former: String
    private let maximumBytes: Int
    /// One writes at a time.
    private let turn = Mutex(())

    /// Creates the log of a folder.
    init(folder: String, maximumBytes: Int = 4 << 20) {
        path = folder + "/access-log.jsonl"
        former = folder + "/access-log.1.jsonl"
        self.maximumBytes = maximumBytes
    }

    /// Adds an act.
    /// - Throws: when the disk does not take it.
    func append(_ entry: Entry) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lineEnd = Data("\n".utf8)
        let line = try encoder.encode(entry) + lineEnd
        try turn.withLock { _ in
            try makeRoom()
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            defer { try? file.close() }
            let end = try file.seekToEnd()
            var isCut = false
            if end > 0 {
                try file.seek(toOffset: end - 1)
                isCut = try file.read(upToCount: 1) != lineEnd
            }
            // A line that a kill has cut must not take this one with it.
            try file.write(contentsOf: isCut ? lineEnd + line : line)
        }
    }

    /// Sees to it that there is a file with room.
    private func makeRoom() throws {
        let manager = FileManager.default
        let size = (try? manager.attributesOfItem(atPath: path))?[.size] as? NSNumber
        if let size, size.intValue >= maximumBytes {
            try? manager.removeItem(atPath: former)
            try manager.moveItem(atPath: path, toPath: former)
        } else if size != nil {
            return
        }
        guard manager.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw FreshetError(.external, "The access log '\(path)' cannot be made.")
        }
    }

    /// The newest acts, newest first.
    ///
    /// - Parameters:
    ///   - limit: how many at most.
    ///   - before: only those of before a moment, in milliseconds since 1970.
    /// - Returns: the acts; lines that a kill has cut are left out.
    func newest(_ limit: Int, before: Int64? = nil) -> [Entry] {
        let files = turn.withLock { _ in [former, path].compactMap { FileManager.default.contents(atPath: $0) } }
        // Whatever the bytes are: one that was cut within a letter hides its own line only.
        let lines: [Substring] = files.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
        let decoder = JSONDecoder()
        let entries = lines.reversed().lazy.compactMap {
            try? decoder.decode(Entry.self, from: Data($0.utf8))
        }
        return Array(entries.filter { entry in before.map { entry.time < $0 } ?? true }.prefix(limit))
    }
}

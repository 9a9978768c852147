import Foundation
import FreshetCore
import FreshetData
import FreshetNN

/// The names of the files in a snapshot's folder.
enum SnapshotFile {
    static let manifest = "manifest.json"
    static let weights = "weights.safetensors"
    static let data = "data.safetensors"
    static let items = "items.jsonl"
    static let users = "users.jsonl"
    static let training = "training.safetensors"
    static let columns = "columns.json"
    static let all: Set<String> = [manifest, weights, data, items, users, training, columns]
}

extension Snapshot {
    /// Writes the snapshot: into a new folder, which then takes the place of the old one.
    ///
    /// - Parameter folder: where; an older snapshot and an unfinished training in it go, other files stay.
    /// - Throws: ``FreshetError`` of kind `external`; what was in the folder is then as it was.
    public func write(to folder: String) throws {
        var contents: [String: SnapshotContent] = [
            SnapshotFile.weights: .checkpoint(scorer.checkpoint()),
            SnapshotFile.data: .checkpoint(dataset.checkpoint()),
        ]
        if !dataset.itemDetails.isEmpty { contents[SnapshotFile.items] = .text(JSONLines.encode(dataset.itemDetails)) }
        if !dataset.userDetails.isEmpty { contents[SnapshotFile.users] = .text(JSONLines.encode(dataset.userDetails)) }
        try manifest.write(with: contents, to: folder)
    }

    /// Reads and verifies a snapshot.
    /// - Throws: ``FreshetError`` that names the file which is missing or damaged, and what to do.
    public static func read(from folder: String) throws -> Snapshot {
        let manifest = try SnapshotManifest.read(from: folder)
        guard manifest.model != FactorizationMachine.name else {
            throw FreshetError(
                .usage,
                "'\(folder)' holds a \(manifest.model), which knows rows of features and no users and items.",
                remedy: "It is measured by: freshet evaluate --snapshot \(folder) --truth FILE --format "
                    + manifest.data.format
            )
        }
        let model = try ModelRegistry.model(named: manifest.model)
        var dataset = try inFile(SnapshotFile.data, of: folder) {
            try Dataset(checkpoint: Checkpoint(encoded: try content(SnapshotFile.data), requiringChecksum: true))
        }
        if manifest.files[SnapshotFile.items] != nil {
            dataset.itemDetails = try inFile(SnapshotFile.items, of: folder) {
                try JSONLines.decode(Item.self, from: content(SnapshotFile.items), count: dataset.items.count)
            }
        }
        if manifest.files[SnapshotFile.users] != nil {
            dataset.userDetails = try inFile(SnapshotFile.users, of: folder) {
                try JSONLines.decode(User.self, from: content(SnapshotFile.users), count: dataset.users.count)
            }
        }
        let scorer = try inFile(SnapshotFile.weights, of: folder) {
            let scorer = try model.restoreScorer(
                from: Checkpoint(encoded: try content(SnapshotFile.weights), requiringChecksum: true),
                configurationJSON: manifest.configurationJSON
            )
            guard scorer.itemCount == dataset.items.count else {
                throw FreshetError(
                    .invalidData,
                    "it scores \(scorer.itemCount) items, but the snapshot has \(dataset.items.count)."
                )
            }
            return scorer
        }
        return Snapshot(manifest: manifest, dataset: dataset, scorer: scorer)

        func content(_ name: String) throws -> Data { try manifest.content(of: name, in: folder) }
    }

    /// Says of an error about a file's content which file it is.
    static func inFile<Result>(_ name: String, of folder: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FreshetError where error.kind == .invalidData {
            throw FreshetError(
                .invalidData,
                "'\(folder)/\(name)' is damaged: \(error.message)",
                remedy: error.remedy ?? "Copy the snapshot again from where it was made, or train again."
            )
        }
    }
}

extension SnapshotManifest {
    /// Writes a snapshot's files with this manifest, which lists them, into a new folder that takes the place of the old one.
    /// - Throws: ``FreshetError`` of kind `external`; what was in the folder is then as it was.
    func write(with contents: [String: SnapshotContent], to folder: String) throws {
        var manifest = self
        try DurableFolder.replace(folder, obsolete: SnapshotFile.all) { new in
            manifest.files = [:]
            for (name, content) in contents { manifest.files[name] = try content.write(to: new + "/" + name) }
            try DurableFile.write([manifest.encoded()], to: new + "/" + SnapshotFile.manifest)
        }
    }

    /// Reads one of the files that the manifest lists, and verifies it.
    /// - Throws: ``FreshetError`` when it is missing or other than listed.
    func content(of name: String, in folder: String) throws -> Data {
        guard let record = files[name] else {
            throw FreshetError(.invalidData, "the manifest does not list it.")
        }
        let content = try FileContents.read(folder + "/" + name)
        guard FileRecord(of: content) == record else {
            throw FreshetError(.invalidData, "its content is not what the manifest lists.")
        }
        return content
    }

    /// Reads and verifies a snapshot's manifest alone.
    /// - Throws: ``FreshetError`` when the folder is not a snapshot or the manifest is damaged.
    public static func read(from folder: String) throws -> SnapshotManifest {
        let path = folder + "/" + SnapshotFile.manifest
        let manager = FileManager.default
        if !manager.fileExists(atPath: path) {
            if manager.fileExists(atPath: folder + "/" + SnapshotFile.training) {
                throw FreshetError(
                    .invalidData,
                    "The training in '\(folder)' was not finished.",
                    remedy: "Go on with it: freshet train … --output \(folder) --resume"
                )
            }
            let what =
                manager.fileExists(atPath: folder) ? "it has no \(SnapshotFile.manifest)" : "there is no such folder"
            throw FreshetError(
                .invalidData,
                "'\(folder)' is not a snapshot: \(what).",
                remedy: "Make one: freshet train --data FILE --model NAME --output \(folder)"
            )
        }
        let text = try FileContents.read(path)
        return try Snapshot.inFile(SnapshotFile.manifest, of: folder) { try SnapshotManifest(encoded: text) }
    }
}

/// What goes into one file of a snapshot.
enum SnapshotContent {
    case text(Data)
    case checkpoint(Checkpoint)

    /// Writes the file, part by part from where they lie: a large model or log is not held in memory twice.
    func write(to path: String) throws -> SnapshotManifest.FileRecord {
        var bytes = 0
        var sum: UInt32 = 0
        let file = try DurableFile(path: path)
        try forEachPart { part in
            try file.write(part)
            bytes += part.count
            sum = Checksum.crc32(part, after: sum)
        }
        try file.commit()
        return SnapshotManifest.FileRecord(bytes: bytes, crc32: Checksum.text(sum))
    }

    private func forEachPart(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        switch self {
        case .text(let text): try text.withUnsafeBytes(body)
        case .checkpoint(let checkpoint): try checkpoint.forEachPart(body)
        }
    }
}

extension SnapshotManifest.FileRecord {
    init(of content: Data) { self.init(bytes: content.count, crc32: Checksum.text(Checksum.crc32(content))) }
}

/// A JSON value a line.
private enum JSONLines {
    static func encode(_ values: [some Encodable]) -> Data {
        values.reduce(into: Data()) { text, value in
            text.append(SnapshotJSON.encode(value))
            text.append(UInt8(ascii: "\n"))
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from text: Data, count: Int) throws -> [Value] {
        let decoder = SnapshotJSON.decoder()
        let lines = text.split(separator: UInt8(ascii: "\n"))
        guard lines.count == count else {
            throw FreshetError(.invalidData, "it has \(lines.count) lines of \(count).")
        }
        do {
            return try lines.map { try decoder.decode(type, from: $0) }
        } catch is DecodingError {
            throw FreshetError(.invalidData, "a line is not the JSON that belongs there.")
        }
    }
}

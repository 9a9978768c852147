import ArgumentParser
import Foundation
import FreshetCore
import FreshetData
import FreshetEngine
import FreshetModels

/// `freshet inspect`.
struct Inspect: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what is in a snapshot, a data set or a server's folder, and check that it is whole.",
        discussion: """
              freshet inspect shop-data
              freshet inspect model
              freshet inspect model --user 13085
              freshet inspect shop/versions/3.17.safetensors
              freshet inspect events.tsv --item 22423
            """
    )

    @Argument(help: "The folder of a snapshot or of a server, a version of one, or an event log.")
    var path: String

    @Option(help: ArgumentHelp("Show this user's events.", valueName: "id"))
    var user: String?

    @Option(help: ArgumentHelp("Show what is known of this item.", valueName: "id"))
    var item: String?

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var common: CommonOptions

    func execute(_ console: Console) throws {
        let isVersion = LearnedFiles.version(at: path) != nil
        let isSnapshot = isVersion || TrainingFolder(path).isFinished || TrainingFolder(path).isUnfinished
        let snapshot = isSnapshot ? try Snapshot.open(path) : nil
        let dataset = try snapshot?.dataset ?? reading.read(path, console).dataset
        let server = isSnapshot ? nil : try ServerFolder(path)
        let inspection = Inspection(
            kind: isSnapshot ? "snapshot" : server == nil ? "data" : "server",
            server: server,
            manifest: snapshot?.manifest,
            statistics: DatasetStatistics(of: dataset),
            user: try user.map { try Inspection.UserView(dataset.user(named: $0), of: dataset) },
            item: try item.map { try Inspection.ItemView(dataset.item(named: $0), of: dataset) }
        )
        try console.result(inspection) { inspection.words }
    }
}

/// What `freshet inspect` reports.
private struct Inspection: Encodable {
    struct EventView: Encodable {
        let item: String
        let title: String?
        let type: String
        let time: Timestamp?
        let value: Float?
    }

    struct UserView: Encodable {
        let user: User
        let events: [EventView]

        init(_ index: UserIndex, of dataset: Dataset) {
            let id = dataset.users[index.position]
            user = dataset.userDetails.isEmpty ? User(id: id) : dataset.userDetails[index.position]
            let history = dataset.histories[index]
            events = (0..<history.count).map { row in
                let item = history.items[history.items.startIndex + row]
                let type = history.types.isEmpty ? 0 : Int(history.types[history.types.startIndex + row])
                let value = history.values.isEmpty ? .nan : history.values[history.values.startIndex + row]
                return EventView(
                    item: dataset.items[item.position],
                    title: dataset.title(of: item),
                    type: dataset.eventTypes.isEmpty ? "" : dataset.eventTypes[type].rawValue,
                    time: history.times.isEmpty ? nil : history.times[history.times.startIndex + row],
                    value: value.isNaN ? nil : value
                )
            }
        }
    }

    struct ItemView: Encodable {
        let item: Item
        let events: Int

        init(_ index: ItemIndex, of dataset: Dataset) {
            let id = dataset.items[index.position]
            item = dataset.itemDetails.isEmpty ? Item(id: id) : dataset.itemDetails[index.position]
            events = dataset.histories.items.count { $0 == index }
        }
    }

    let kind: String
    let server: ServerFolder?
    let manifest: SnapshotManifest?
    let statistics: DatasetStatistics
    let user: UserView?
    let item: ItemView?

    var words: String {
        var parts: [String] = []
        if let manifest { parts.append(Self.words(manifest)) }
        if let user {
            let lines = user.events.map { event in
                "  \((event.time?.seconds).map(Words.date) ?? "")  \(event.type)  \(event.title ?? event.item)"
            }
            parts.append((["user \(user.user.id), \(user.events.count) events"] + lines).joined(separator: "\n"))
        }
        if let item {
            let text = String(decoding: SnapshotJSON.encode(item.item, pretty: true), as: UTF8.self)
            parts.append("item \(item.item.id), \(item.events) events\n\(text)")
        }
        if user == nil && item == nil {
            parts.append(statistics.description)
            if let server { parts.append(server.words) }
        }
        return parts.joined(separator: "\n\n")
    }

    private static func words(_ manifest: SnapshotManifest) -> String {
        var rows = [
            ("model", "\(manifest.model) (\(manifest.preset ?? "recommended"))"),
            ("created", manifest.created.formatted(.iso8601)),
            ("trained on", "\(manifest.data.source) (\(manifest.data.format))"),
            ("seed, threads", "\(manifest.seed), \(manifest.threads)"),
            ("training", "\(Words.duration(manifest.trainSeconds)), \(manifest.epochs.count) epochs"),
        ]
        if let compression = manifest.compression { rows.append(("made smaller", compression.words)) }
        if let best = manifest.bestEpoch { rows.append(("best epoch", "\(best.epoch)")) }
        rows += manifest.metrics.sorted { $0.key < $1.key }.map { ($0.key, Words.decimal($0.value, 4)) }
        rows += manifest.files.sorted { $0.key < $1.key }.map { ($0.key, "\(Words.bytes($0.value.bytes)), whole") }
        rows.append(("configuration", manifest.configurationJSON))
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 }.joined(
            separator: "\n"
        )
    }
}

import Foundation
import FreshetCore
import FreshetData
import FreshetModels
import FreshetStorage

/// Writes what a data folder's database holds, row by row.
struct Exporter {
    /// How many rows were written of a kind.
    typealias Counts = [String: Int]

    let store: StoreReader
    let form: ExportForm
    let progress: ProgressReporter

    /// Writes one kind into a file, `-` for standard output.
    /// - Returns: how many rows were written.
    /// - Throws: ``FreshetError`` when the store cannot be read, the file not be written, or on Ctrl-C.
    func write(_ kind: ExportKind, to path: String) throws -> Int {
        switch kind {
        case .events: try writeEvents(to: path)
        case .items: try writeItems(to: path)
        case .users: try writeUsers(to: path)
        case .feedback: try writeFeedback(to: path)
        }
    }

    private func writeEvents(to path: String) throws -> Int {
        let columns = ["user", "item", "type", "value", "time", "id", "session", "recommendation_id", "text", "profit"]
        // What importers know stands in both forms; the answer that an event names is for people.
        var file = try ExportFile(path: path, form: form, columns: columns)
        let (vocabulary, total) = (store.vocabulary, try store.counts().events)
        let types = vocabulary.eventTypes
        var count = 0
        try store.forEachEvent { event, texts in
            try file.write([
                .text(vocabulary.id(of: event.user)), .text(vocabulary.id(of: event.item)),
                .text(types[Int(event.type)].rawValue),
                event.value.isNaN ? nil : .number(Double("\(event.value)") ?? 0),
                ExportField.time(event.time), texts.id.map { .text($0) }, texts.session.map { .text($0) },
                texts.recommendation.map { .text($0) }, nil, texts.profit.map { .number($0) },
            ])
            count += 1
            try tell("events", count, total)
        }
        try store.forEachSearch { search, texts in
            try file.write([
                .text(vocabulary.id(of: search.user)), nil, .text(EventType.search.rawValue), nil,
                ExportField.time(search.time), texts.id.map { .text($0) }, texts.session.map { .text($0) }, nil,
                .text(search.text), nil,
            ])
            count += 1
            try tell("events", count, total)
        }
        try file.finish()
        return count
    }

    private func writeItems(to path: String) throws -> Int {
        let known = ["id", "title", "text", "categories", "tags", "available", "created_at"]
        let names = form == .csv ? try attributeNames(of: store.forEachItem, \.attributes, besides: known) : []
        let columns = known + (form == .csv ? names : ["attributes", "vectors"])
        var file = try ExportFile(path: path, form: form, columns: columns)
        let total = try store.counts().items
        var count = 0
        try store.forEachItem { item in
            let usual: [ExportField?] = [
                .text(item.id), item.title.map { .text($0) }, item.text.map { .text($0) },
                item.categories.isEmpty ? nil : .texts(item.categories), item.tags.isEmpty ? nil : .texts(item.tags),
                item.available.map { .flag($0) }, item.createdAt.map { .integer($0) },
            ]
            let attributes =
                form == .csv
                ? Self.fields(item.attributes, names)
                : [
                    Self.document(item.attributes), try item.vectors.map { .document(try Self.encoded($0)) },
                ]
            try file.write(usual + attributes)
            count += 1
            try tell("items", count, total)
        }
        try file.finish()
        return count
    }

    private func writeUsers(to path: String) throws -> Int {
        let names = form == .csv ? try attributeNames(of: store.forEachUser, \.attributes, besides: ["id"]) : []
        var file = try ExportFile(path: path, form: form, columns: ["id"] + (form == .csv ? names : ["attributes"]))
        let total = try store.counts().users
        var count = 0
        try store.forEachUser { user in
            let attributes = form == .csv ? Self.fields(user.attributes, names) : [Self.document(user.attributes)]
            try file.write([.text(user.id)] + attributes)
            count += 1
            try tell("users", count, total)
        }
        try file.finish()
        return count
    }

    /// A row an event that named an answer, and one an item that was shown and of which nothing came.
    private func writeFeedback(to path: String) throws -> Int {
        let columns = [
            "recommendation_id", "user", "time", "model", "scenario", "position", "item", "score", "propensity",
            "variant", "type", "value", "event_time", "context",
        ]
        var file = try ExportFile(path: path, form: form, columns: columns)
        let total = try store.counts().impressions
        var (count, impressions) = (0, 0)
        try store.forEachImpression { impression, events in
            for (position, shown) in impression.items.enumerated() {
                let place: [ExportField?] = [
                    .text(impression.id), impression.user.map { .text($0) },
                    .time(Timestamp(milliseconds: impression.time)), .text(impression.model.description),
                    impression.scenario.map { .text($0) }, .integer(Int64(position + 1)), .text(shown.item),
                    .number(Double(shown.score)), .number(Double(shown.propensity)),
                    impression.variant.map { .text($0) },
                ]
                let own = events.filter { $0.item == shown.item }
                let context = Self.document(impression.context)
                if own.isEmpty { try file.write(place + [nil, nil, nil, context]) }
                for event in own {
                    try file.write(
                        place + [
                            .text(event.type.rawValue), event.value.map { .number(Double("\($0)") ?? 0) },
                            event.time.map { .time($0) }, context,
                        ]
                    )
                }
                count += max(1, own.count)
            }
            impressions += 1
            try tell("answers", impressions, total)
        }
        try file.finish()
        return count
    }

    // MARK: Parts

    /// The names of all attributes, in their order, those that are a column's name left out.
    private func attributeNames<Entry>(
        of forEach: ((Entry) throws -> Void) throws -> Void,
        _ attributes: KeyPath<Entry, [String: AttributeValue]>,
        besides columns: [String]
    ) throws -> [String] {
        var names: Set<String> = []
        try forEach { names.formUnion($0[keyPath: attributes].keys) }
        return names.subtracting(columns).sorted()
    }

    private static func fields(_ attributes: [String: AttributeValue], _ names: [String]) -> [ExportField?] {
        names.map { attributes[$0].map { ExportField($0) } }
    }

    private static func document(_ attributes: [String: AttributeValue]) -> ExportField? {
        guard !attributes.isEmpty else { return nil }
        let members = attributes.sorted { $0.key < $1.key }
            .map { DatasetWriter.quoted($0.key) + [UInt8(ascii: ":")] + ExportField($0.value).json }
        return .document([UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")])
    }

    private static func encoded(_ vectors: [String: [Float]]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Array(try encoder.encode(vectors))
    }

    private func tell(_ phase: String, _ count: Int, _ total: Int) throws {
        guard count % 4096 == 0 else { return }
        guard !Interruption.isRequested else {
            throw FreshetError(.cancelled, "Stopped; the file under way was not written.")
        }
        progress.update(TrainingProgress(phase: phase, completed: count, total: max(count, total)))
    }
}

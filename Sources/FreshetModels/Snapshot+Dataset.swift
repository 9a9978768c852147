import Foundation
import FreshetCore
import FreshetData
import FreshetNN

/// A data set without its details as named arrays.
extension Dataset {
    private static let eventTypesKey = "eventTypes"
    private static let meaningsKey = "meanings"
    private static let times = "histories.milliseconds"
    /// What times were stored as before they had milliseconds.
    private static let seconds = "histories.times"

    /// The ids, event types and histories.
    func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint()
        checkpoint.store(users, as: "users")
        checkpoint.store(items, as: "items")
        checkpoint.store(IdentifierTable(eventTypes.map(\.rawValue)), as: Self.eventTypesKey)
        checkpoint.arrays["histories.offsets"] = StoredArray(histories.offsets.map(Int64.init))
        checkpoint.arrays["histories.items"] = StoredArray(histories.items)
        if !histories.times.isEmpty { checkpoint.arrays[Self.times] = StoredArray(histories.times) }
        if !histories.types.isEmpty { checkpoint.arrays["histories.types"] = StoredArray(histories.types) }
        if !histories.values.isEmpty { checkpoint.arrays["histories.values"] = StoredArray(histories.values) }
        if !histories.weights.isEmpty { checkpoint.arrays["histories.weights"] = StoredArray(histories.weights) }
        checkpoint.metadata[Self.meaningsKey] = String(decoding: SnapshotJSON.encode(meanings), as: UTF8.self)
        return checkpoint
    }

    /// Reads what ``checkpoint()`` made.
    /// - Throws: ``FreshetError`` of kind `invalidData` when anything does not fit.
    init(checkpoint: Checkpoint) throws {
        let users = try checkpoint.identifiers("users")
        let items = try checkpoint.identifiers("items")
        let eventTypes = try checkpoint.identifiers(Self.eventTypesKey)
        let offsets = try checkpoint.numbers("histories.offsets", of: Int64.self, shape: [users.count + 1])
        let events = try checkpoint.numbers("histories.items", of: Int32.self, shape: [nil])
        guard offsets.first == 0, offsets.last == Int64(events.count), zip(offsets, offsets.dropFirst()).allSatisfy(<=)
        else { throw FreshetError(.invalidData, "the histories of its users overlap.") }
        let V = Int32(items.count)
        guard events.allSatisfy({ 0 <= $0 && $0 < V }) else {
            throw FreshetError(.invalidData, "an event is on an item outside 0..<\(V).")
        }
        let types: [UInt8] = try checkpoint.column("histories.types", rows: events.count)
        guard types.allSatisfy({ Int($0) < eventTypes.count }) else {
            throw FreshetError(.invalidData, "an event is of a type outside 0..<\(eventTypes.count).")
        }
        self.init(
            users: users,
            items: items,
            eventTypes: eventTypes.identifiers.map(EventType.init(rawValue:)),
            meanings: try Self.meanings(of: checkpoint),
            histories: Histories(
                offsets: offsets.map(Int.init),
                items: events.map(ItemIndex.init(rawValue:)),
                times: try checkpoint.arrays[Self.times] == nil && checkpoint.arrays[Self.seconds] == nil
                    ? [] : checkpoint.times(Self.times, orSeconds: Self.seconds, shape: [events.count]),
                types: types,
                values: try checkpoint.column("histories.values", rows: events.count),
                weights: try checkpoint.column("histories.weights", rows: events.count)
            )
        )
    }

    /// Snapshots of before events had meanings count all of them alike, as their models did.
    private static func meanings(of checkpoint: Checkpoint) throws -> EventMeanings {
        guard let text = checkpoint.metadata[meaningsKey] else { return .allAlike }
        do {
            return try SnapshotJSON.decoder().decode(EventMeanings.self, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw FreshetError(.invalidData, "what events mean cannot be read: \(error).")
        }
    }
}

extension Checkpoint {
    /// Stores ids as one array of bytes and one of the places where they end.
    fileprivate mutating func store(_ table: IdentifierTable, as name: String) {
        var bytes = Data()
        let ends = (0..<table.count).map { position in
            table.withBytes(at: position) { bytes.append(contentsOf: $0) }
            return Int64(bytes.count)
        }
        arrays[name + ".bytes"] = StoredArray(elementType: .uint8, shape: [bytes.count], bytes: bytes)
        arrays[name + ".ends"] = StoredArray(ends)
    }

    fileprivate func identifiers(_ name: String) throws -> IdentifierTable {
        let bytes = try numbers(name + ".bytes", of: UInt8.self, shape: [nil])
        let ends = try numbers(name + ".ends", of: Int64.self, shape: [nil])
        var table = IdentifierTable()
        var start: Int64 = 0
        for end in ends {
            guard start <= end, end <= Int64(bytes.count),
                let text = String(validating: bytes[Int(start)..<Int(end)], as: UTF8.self)
            else { throw FreshetError(.invalidData, "an id of '\(name)' is not text.") }
            _ = table.insert(text)
            start = end
        }
        guard table.count == ends.count, start == Int64(bytes.count) else {
            throw FreshetError(.invalidData, "an id of '\(name)' is there twice.")
        }
        return table
    }

    /// A column that may be missing.
    fileprivate func column<Number: StorableNumber>(_ name: String, rows: Int) throws -> [Number] {
        arrays[name] == nil ? [] : try numbers(name, shape: [rows])
    }
}

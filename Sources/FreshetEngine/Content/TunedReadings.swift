import Foundation
import FreshetCore
import FreshetLanguage
import FreshetModels
import FreshetNN
import Synchronization

/// The readings by tuned encoders, each in a folder of its own: the adapters, and the vectors that were made with them.
///
/// A version that goes by one keeps its name. A reading stays as long as a version needs it, so that what was learned with its
/// vectors is never predicted with others.
final class TunedReadings: Sendable {
    static let (adaptersName, textsName) = ("adapters.safetensors", "texts.safetensors")

    private struct State {
        var readings: [String: ContentReading] = [:]
        var adapters: [String: EncoderAdapters] = [:]
        /// Those that were made and not taken up by the thread that reads.
        var prepared: [PreparedReading] = []
    }

    private let folder: String
    private let searchHours: Double
    private let state = Mutex(State())

    init(folder: String, searchHours: Double) { (self.folder, self.searchHours) = (folder, searchHours) }

    /// All that are needed.
    var all: [ContentReading] { state.withLock { Array($0.readings.values) } }

    /// A reading that is there.
    func find(_ id: String) -> ContentReading? { state.withLock { $0.readings[id] } }

    /// A reading that a version names; its vectors come from disk, once somebody reads.
    func reading(_ id: String) -> ContentReading {
        state.withLock { state in
            let reading = state.readings[id] ?? ContentReading(id: id, searchHours: searchHours)
            state.readings[id] = reading
            return reading
        }
    }

    /// What was learned for a reading; `nil` for one by the encoder as it was installed.
    func adapters(of id: String) -> EncoderAdapters? { state.withLock { $0.adapters[id] } }

    /// Takes a reading up.
    func adopt(_ prepared: PreparedReading) {
        state.withLock { state in
            state.readings[prepared.reading.id] = prepared.reading
            state.adapters[prepared.reading.id] = prepared.adapters
            state.prepared.append(prepared)
        }
    }

    /// Forgets the readings that no version needs.
    /// - Returns: whether there were any.
    func keep(only ids: Set<String>) -> Bool {
        state.withLock { state in
            let count = state.readings.count
            state.readings = state.readings.filter { ids.contains($0.key) }
            state.adapters = state.adapters.filter { ids.contains($0.key) }
            state.prepared.removeAll { !ids.contains($0.reading.id) }
            return state.readings.count < count
        }
    }

    /// The readings that were made since the last time, and all that are needed at that moment.
    func takePrepared() -> (new: [PreparedReading], all: [ContentReading]) {
        state.withLock { state in
            defer { state.prepared = [] }
            return (state.prepared, Array(state.readings.values))
        }
    }

    // MARK: Files

    /// The file of a reading's vectors.
    func textsPath(of id: String) -> String { "\(folder)/\(id)/\(Self.textsName)" }

    /// Keeps what was learned for a reading.
    /// - Throws: ``FreshetError`` when the disk refuses.
    func write(_ adapters: EncoderAdapters, of id: String) throws {
        try DurableFolder.create("\(folder)/\(id)")
        try adapters.checkpoint().write(to: "\(folder)/\(id)/\(Self.adaptersName)")
    }

    /// The encoder of a reading that is on disk.
    /// - Throws: ``FreshetError`` when it is not there, damaged, or of another base.
    func encoder(of id: String, from base: TextEncoder) throws -> TextEncoder {
        let adapters = try EncoderAdapters(from: Checkpoint.read(from: "\(folder)/\(id)/\(Self.adaptersName)"))
        state.withLock { if $0.readings[id] != nil { $0.adapters[id] = adapters } }
        return try adapters.encoder(from: base)
    }

    /// Removes the folders of readings that no version needs.
    func removeOthers() {
        let needed = state.withLock { Set($0.readings.keys) }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where !needed.contains(name) {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }
}

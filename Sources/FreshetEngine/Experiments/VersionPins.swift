import FreshetCore
import Synchronization

/// The versions that experiments need: neither they nor what they read the items' texts by are deleted, however old they are.
final class VersionPins: Sendable {
    private struct State {
        var counts: [ModelVersion: Int] = [:]
        var readings: [ModelVersion: String] = [:]
    }

    private let state = Mutex(State())

    /// The versions that somebody needs.
    var versions: Set<ModelVersion> { state.withLock { Set($0.counts.keys) } }

    /// The readings that these go by.
    var readings: Set<String> { state.withLock { Set($0.readings.values) } }

    /// Keeps a version, until it was let go of as often.
    func keep(_ version: ModelVersion) { state.withLock { $0.counts[version, default: 0] += 1 } }

    /// Keeps what a version that is kept reads by.
    func keep(reading: String?, of version: ModelVersion) {
        state.withLock { if $0.counts[version] != nil { $0.readings[version] = reading } }
    }

    /// Lets go of a version.
    func letGo(_ version: ModelVersion) {
        state.withLock { state in
            let count = state.counts[version, default: 0]
            state.counts[version] = count > 1 ? count - 1 : nil
            if count <= 1 { state.readings[version] = nil }
        }
    }
}

import Foundation
import FreshetCore
import FreshetLearning
import FreshetModels
import FreshetRecommendation
import Synchronization

/// The experiments there are: kept in the store, and laid out for the way of requests.
final class ExperimentBook: Sendable {
    /// The part of the engine's health.
    static let part = "experiments"
    /// More are not kept.
    static let capacity = 1_000
    /// The number of ended experiments, newest first, that are added up again after a start.
    private static let ended = 20
    private static let prefix = "experiment."

    fileprivate struct State {
        var all: [String: ServedExperiment] = [:]
        /// What answers the arms of those that run.
        var snapshots: [String: [ModelSnapshot?]] = [:]
        var serving = ServingExperiments()
    }

    /// One change at a time.
    let turn = Turn()
    /// The versions that they need.
    let pins: VersionPins
    private let storage: StorageWatch
    private let health: HealthBoard
    private let state = Mutex(State())

    init(storage: StorageWatch, health: HealthBoard) {
        self.storage = storage
        self.health = health
        pins = VersionPins()
    }

    /// All of them, the newest first.
    var all: [ServedExperiment] {
        state.withLock { $0.all.values.sorted { ($1.started, $1.id) < ($0.started, $0.id) } }
    }

    /// Those whose figures are kept up: all that run, and the newest that have ended.
    var followed: [ServedExperiment] {
        let all = all
        return all.filter { $0.state == .running } + all.filter { $0.state != .running }.prefix(Self.ended)
    }

    /// Those that serve, as requests read them.
    var serving: ServingExperiments { state.withLock { $0.serving } }

    /// The experiment of an id.
    func experiment(_ id: String) -> ServedExperiment? { state.withLock { $0.all[id] } }

    /// Whether a setting of the store is an experiment's.
    static func owns(_ setting: String) -> Bool { setting.hasPrefix(prefix) }

    /// Reads what is kept, as at a start, or after another process changed it.
    ///
    /// An experiment whose versions cannot be read does not serve, and is there again after the next start that can.
    /// - Throws: ``FreshetError`` when the store cannot be read.
    func load(_ archive: SnapshotArchive, reading: (String) -> ContentReading) async throws {
        let kept = try await storage.store.settings(prefix: Self.prefix)
        let gone = state.withLock { state in
            defer { state.layOut() }
            let gone = state.all.keys.filter { kept[Self.prefix + $0] == nil }
            for id in gone { state.snapshots[id] = nil }
            return gone.compactMap { state.all.removeValue(forKey: $0) }
        }
        for served in gone { served.pinned.forEach(pins.letGo) }
        for (name, text) in kept {
            let served = try ServedExperiment(text: text, named: name)
            let former = experiment(served.id)
            served.pinned.forEach(pins.keep)
            defer { former?.pinned.forEach(pins.letGo) }
            do {
                guard served.state == .running else {
                    hold(served, [])
                    continue
                }
                let snapshots = try served.changes.map { change in
                    try change.pinned.map { try snapshot(of: archive.read($0, reading: reading)) }
                }
                hold(served, snapshots)
            } catch let error as FreshetError {
                health.markFailed(Self.part, error)
                state.withLock { $0.all[served.id] = served }
            }
        }
    }

    /// What answers by a state that is pinned, whose reading is kept too.
    func snapshot(of state: ServedState) -> ModelSnapshot {
        pins.keep(reading: state.reading?.id, of: state.version)
        return ModelSnapshot(state)
    }

    /// Keeps an experiment as it is now, durably, and lets requests see it.
    ///
    /// - Parameters:
    ///   - served: the experiment.
    ///   - snapshots: what answers each of its variants in the place of the live model.
    /// - Throws: ``FreshetError`` of kind `external`; then nothing has changed.
    func put(_ served: ServedExperiment, snapshots: [ModelSnapshot?] = []) async throws {
        let text = try served.text()
        try await storage.watching { try await $0.setSetting(Self.prefix + served.id, to: text) }
        let former = experiment(served.id)
        served.pinned.forEach(pins.keep)
        hold(served, snapshots)
        former?.pinned.forEach(pins.letGo)
    }

    /// Keeps an experiment that goes on as it is now, durably; what answers its variants stays.
    /// - Throws: ``FreshetError`` of kind `conflict` for one that does not serve, of kind `external` when it cannot be kept;
    ///   then nothing has changed.
    func update(_ served: ServedExperiment) async throws {
        guard let snapshots = state.withLock({ $0.snapshots[served.id] }) else {
            throw FreshetError(
                .conflict,
                "'\(served.id)' does not serve: a version that it compares cannot be read.",
                remedy: "Stop it, or start the server again once the version is there."
            )
        }
        try await put(served, snapshots: snapshots)
    }

    /// Whether an experiment takes part in answers: it runs, and all that it compares could be read.
    func serves(_ id: String) -> Bool { state.withLock { $0.snapshots[id] != nil } }

    /// Removes an experiment.
    func remove(_ id: String) async throws {
        try await storage.watching { try await $0.setSetting(Self.prefix + id, to: nil) }
        let former = state.withLock { state in
            defer { state.layOut() }
            state.snapshots[id] = nil
            return state.all.removeValue(forKey: id)
        }
        former?.pinned.forEach(pins.letGo)
    }

    private func hold(_ served: ServedExperiment, _ snapshots: [ModelSnapshot?]) {
        state.withLock { state in
            state.all[served.id] = served
            state.snapshots[served.id] = served.state == .running ? snapshots : nil
            state.layOut()
        }
    }
}

extension ExperimentBook.State {
    /// Lays out what requests read.
    fileprivate mutating func layOut() {
        let ordered = all.values.sorted { ($0.started, $0.id) < ($1.started, $1.id) }
        serving = ServingExperiments(
            entries: ordered.compactMap { served in
                snapshots[served.id].map { ServingExperiments.Entry(served, snapshots: $0) }
            },
            shipped: ordered.filter { $0.shippedChange != nil }
        )
    }
}

extension ServedExperiment {
    fileprivate func text() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }

    fileprivate init(text: String, named name: String) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw FreshetError(.invalidData, "The record '\(name)' of an experiment is damaged: \(error).")
        }
    }
}

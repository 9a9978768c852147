import Foundation
import FreshetCore
import FreshetData
import FreshetEngine
import FreshetLearning
import FreshetModels
import FreshetStorage

extension Snapshot {
    /// Reads a snapshot; of a server's data folder the version that answers there, or the one of a file of its versions, with
    /// the events of its log.
    /// - Throws: ``FreshetError`` when there is neither, or something is damaged.
    static func open(_ path: String) throws -> Snapshot {
        if let (folder, version) = LearnedFiles.version(at: path), StoreReader.isDataFolder(folder) {
            return try served(LearnedFiles.state(of: version, in: folder), in: folder)
        }
        guard StoreReader.isDataFolder(path), !TrainingFolder(path).isFinished else { return try read(from: path) }
        return try served(LearnedFiles.liveState(in: path), in: path)
    }

    /// A version of a server's data folder.
    private static func served(_ state: ServedState, in path: String) throws -> Snapshot {
        guard let trained = state.trained else {
            throw FreshetError(
                .conflict,
                "No trained version answers in '\(path)' yet: counts do.",
                remedy: "Wait for the first version, or train one: freshet train --data \(path) --output model"
            )
        }
        let dataset = try StoreReader(folder: path).dataset(items: trained.scorer.itemCount)
        let manifest = SnapshotManifest(
            model: trained.model,
            configurationJSON: trained.configurationJSON,
            seed: 0,
            threads: 1,
            data: DataSummary(of: dataset, source: path, format: "version \(state.version)", validationEvents: 0)
        )
        return Snapshot(manifest: manifest, dataset: dataset, scorer: trained.scorer)
    }
}

extension StoreReader {
    /// The log as a data set in the numbers of the server; a model knows a number of its first items.
    fileprivate func dataset(items itemCount: Int) throws -> Dataset {
        var events: [LoggedEvent] = []
        try forEachEvent { event, _ in if event.item.position < itemCount { events.append(event) } }
        // By user, and of each in the order of what happened; equal times in the order of the log.
        events.sort { ($0.user.rawValue, $0.time, $0.offset) < ($1.user.rawValue, $1.time, $1.offset) }
        let names = vocabulary.copy()
        var items = IdentifierTable()
        for id in names.items.identifiers.prefix(itemCount) { _ = items.insert(id) }
        guard items.count == itemCount else {
            throw FreshetError(
                .invalidData,
                "The version knows \(itemCount) items, the log \(items.count).",
                remedy: "Restore the folder from one backup."
            )
        }
        var offsets = [Int](repeating: 0, count: names.users.count + 1)
        for event in events { offsets[event.user.position + 1] += 1 }
        for user in 0..<names.users.count { offsets[user + 1] += offsets[user] }
        let hasValues = events.contains { !$0.value.isNaN }
        let histories = Histories(
            offsets: offsets,
            items: events.map(\.item),
            times: events.map(\.time),
            types: names.eventTypes.count > 1 ? events.map(\.type) : [],
            values: hasValues ? events.map(\.value) : []
        ).weighed(by: vocabulary.meanings, types: names.eventTypes)
        var details = items.identifiers.map { Item(id: $0) }
        try forEachItem { item in if let place = items.position(of: item.id) { details[place] = item } }
        var people = names.users.identifiers.map { User(id: $0) }
        try forEachUser { user in if let place = names.users.position(of: user.id) { people[place] = user } }
        return Dataset(
            users: names.users,
            items: items,
            eventTypes: names.eventTypes.isEmpty ? [.view] : names.eventTypes,
            meanings: vocabulary.meanings,
            histories: histories,
            itemDetails: details,
            userDetails: people
        )
    }
}

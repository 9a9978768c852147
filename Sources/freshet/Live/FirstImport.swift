import FreshetCore
import FreshetData
import FreshetEngine

/// Fills an engine from a data set at its first start, so that it opens with a catalogue and something to learn from.
struct FirstImport {
    /// What was brought in.
    struct Report: Sendable, Equatable {
        var items = 0
        var users = 0
        var events = 0
    }

    private static let setting = "import"
    private static let batch = 2000

    /// The data set's file or folder.
    let path: String
    /// The last second whose events are brought in.
    let until: Int64?
    let engine: Engine

    /// Brings in catalogue and events, unless that was done before.
    ///
    /// Events have the ids of a replay: an import that was killed goes on at the next start, and a replay of the same
    /// data does not bring them again.
    /// - Returns: what was brought in; `nil` when it was done before.
    /// - Throws: ``FreshetError`` when the data cannot be read or the store fails.
    func run() async throws -> Report? {
        if try await engine.store.setting(Self.setting) != nil { return nil }
        var options = ImportOptions()
        if let until { options.timeRange = ImportOptions.plausibleTimes.lowerBound...until }
        let dataset = try DatasetReader(options: options).read(path: path).dataset
        var report = Report()
        let items =
            dataset.itemDetails.isEmpty ? dataset.items.identifiers.map { Item(id: $0) } : dataset.itemDetails
        for start in stride(from: 0, to: items.count, by: Self.batch) {
            try await engine.put(Array(items[start..<min(start + Self.batch, items.count)]))
        }
        report.items = items.count
        for start in stride(from: 0, to: dataset.userDetails.count, by: Self.batch) {
            let end = min(start + Self.batch, dataset.userDetails.count)
            try await engine.put(Array(dataset.userDetails[start..<end]))
        }
        report.users = dataset.userDetails.count
        let stream = ReplayStream(dataset)
        for start in stride(from: 0, to: stream.count, by: Self.batch) {
            let events = (start..<min(start + Self.batch, stream.count)).map { stream[$0] }
            report.events += try await engine.accept(events).accepted
        }
        try await engine.store.setSetting(Self.setting, to: path)
        return report
    }
}

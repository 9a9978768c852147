import FreshetCore
import FreshetData
import FreshetEngine

/// Fills an engine from a data set at its first start, so that it opens with a catalogue and something to learn from.
struct FirstImport {
    /// What was brought in.
    struct Report: Sendable, Equatable {
        /// Items that the data describe.
        var items = 0
        /// Users that the data describe.
        var users = 0
        /// Users with events: those that the status counts.
        var activeUsers = 0
        var events = 0
        /// The events that the engine refused, although they could be read.
        var refused = 0
        /// Why the first of them.
        var refusal: String?
    }

    /// What an import came to.
    enum Outcome: Sendable, Equatable {
        /// A data set was brought in.
        case done(Report)
        /// An earlier start had brought in the data set of this path.
        case before(path: String)
    }

    private static let setting = "import"
    private static let batch = 2000

    /// The data set's file or folder.
    let path: String
    let engine: Engine

    /// Brings in catalogue and events, unless that was done before.
    ///
    /// Events have the ids of a replay: an import that was killed goes on at the next start, and a replay of the same
    /// data does not bring them again. An import that brought no event is not done: the next start tries again.
    /// - Parameter read: reads the data set, once it is known to be needed.
    /// - Returns: what was brought in, or what had been before.
    /// - Throws: ``FreshetError`` when the data cannot be read, none of its events is taken, or the store fails.
    func run(_ read: @Sendable () throws -> ImportResult) async throws -> Outcome {
        if let earlier = try await engine.store.setting(Self.setting) { return .before(path: earlier) }
        let dataset = try read().dataset
        var report = Report()
        // Of what events alone name there is nothing to tell: ids are no catalogue.
        let items = dataset.itemDetails.filter { $0 != Item(id: $0.id) }
        for start in stride(from: 0, to: items.count, by: Self.batch) {
            report.items += try await engine.importItems(Array(items[start..<min(start + Self.batch, items.count)]))
        }
        let users = dataset.userDetails.filter { $0 != User(id: $0.id) }
        for start in stride(from: 0, to: users.count, by: Self.batch) {
            try await engine.put(Array(users[start..<min(start + Self.batch, users.count)]))
        }
        report.users = users.count
        let offsets = dataset.histories.offsets
        report.activeUsers = zip(offsets, offsets.dropFirst()).count { $0 < $1 }
        try await bringEvents(of: dataset, &report)
        guard report.events > 0 else { throw nothingTaken(report) }
        try await engine.store.setSetting(Self.setting, to: path)
        return .done(report)
    }

    private func bringEvents(of dataset: Dataset, _ report: inout Report) async throws {
        let stream = ReplayStream(dataset)
        for start in stride(from: 0, to: stream.count, by: Self.batch) {
            let events = (start..<min(start + Self.batch, stream.count)).map { stream[$0] }
            let answer = try await engine.accept(events)
            report.events += answer.accepted
            report.refused += answer.rejected.count
            report.refusal = report.refusal ?? answer.rejected.first?.error
        }
    }

    private func nothingTaken(_ report: Report) -> FreshetError {
        FreshetError(
            .invalidData,
            "The engine took no event of '\(path)': \(report.refused) refused"
                + (report.refusal.map { ", the first because \($0)." } ?? "."),
            remedy: "Mend the data or say how to read them (freshet import --help), and start again."
        )
    }
}

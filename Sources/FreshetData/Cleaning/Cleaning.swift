import FreshetCore

/// The steps from collected events to a data set.
enum Cleaning {
    /// Groups, filters and numbers the collected events.
    /// - Throws: ``FreshetError`` of kind `invalidData` when no event is left.
    static func finish(_ collector: EventCollector, path: String) throws -> (Dataset, CleaningReport) {
        var report = collector.report
        let collected = collector.columns.count
        var columns = collector.columns
        collector.columns = EventColumns()
        let histories = columns.takeHistories(userCount: collector.users.count)
        report.add(.missingTime, count: collected - histories.eventCount, example: nil)
        report.sortDrops()
        report.eventsKept = histories.eventCount
        report.usersKept = collector.users.count
        report.itemsKept = collector.items.count
        guard histories.eventCount > 0 else { throw nothingLeft(report, path: path) }
        let dataset = Dataset(
            users: collector.users,
            items: collector.items,
            eventTypes: collector.typeNames.identifiers.map { EventType(rawValue: $0) },
            histories: histories
        )
        return (dataset, report)
    }

    private static func nothingLeft(_ report: CleaningReport, path: String) -> FreshetError {
        let reasons = report.drops.map { "\($0.count) × \($0.reason.rawValue)" }.joined(separator: ", ")
        return FreshetError(
            .invalidData,
            "No usable event in '\(path)': \(report.linesRead) lines read"
                + (reasons.isEmpty ? "." : ", dropped \(reasons)."),
            remedy: "Check the format (known: \(Importers.all.map(\.name).joined(separator: ", "))) and the filters."
        )
    }
}

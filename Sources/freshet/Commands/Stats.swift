import ArgumentParser
import FreshetData

/// `freshet stats`.
struct Stats: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Describe an event log: sizes, histories, popularity, times.",
        discussion: """
              freshet stats --data events.tsv
              freshet stats --data ml-1m --json
            """
    )

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var common: CommonOptions

    func execute(_ console: Console) throws {
        let imported = try dataOptions.read(console)
        let statistics = DatasetStatistics(of: imported.dataset)
        let result = StatsReport(format: imported.format, statistics: statistics, report: imported.report)
        try console.result(result) { statistics.description }
    }
}

/// What `freshet stats` reports.
private struct StatsReport: Encodable {
    let format: String
    let statistics: DatasetStatistics
    let report: CleaningReport
}

import ArgumentParser
import FreshetCore
import FreshetData
import FreshetStorage

/// `freshet stats`.
struct Stats: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Describe an event log: sizes, histories, popularity, times.",
        discussion: """
            Of the data folder of a server, which may be running, the versions of the model are told too.

              freshet stats --data events.tsv
              freshet stats --data ml-1m --json
              freshet stats --data shop-data
            """
    )

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var common: CommonOptions

    func execute(_ console: Console) throws {
        let imported = try dataOptions.read(console)
        let statistics = DatasetStatistics(of: imported.dataset)
        let server = try ServerFolder(dataOptions.data)
        let result = StatsReport(
            format: imported.format,
            statistics: statistics,
            report: imported.report,
            server: server
        )
        try console.result(result) {
            [statistics.description, server?.words].compactMap(\.self).joined(separator: "\n\n")
        }
    }
}

/// What `freshet stats` reports.
private struct StatsReport: Encodable {
    let format: String
    let statistics: DatasetStatistics
    let report: CleaningReport
    let server: ServerFolder?
}

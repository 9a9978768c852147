import ArgumentParser
import FreshetData

/// `freshet import`.
struct Import: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read and clean an event log of any known format and write it in Freshet's own form.",
        discussion: """
            The output is a folder with users.jsonl, items.jsonl and events.jsonl. What was dropped is reported with \
            its place and reason; --strict fails instead.

              freshet import --data ml-latest-small --minimum-value 4 --core 5 --output films
              freshet import --data shop.csv --columns user=customer,item=sku,time=when --output shop

            Formats:
            \(Importers.all.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))
            """
    )

    @OptionGroup var dataOptions: DataOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write.", valueName: "folder"))
    var output: String

    @OptionGroup var common: CommonOptions

    func execute(_ console: Console) throws {
        let imported = try dataOptions.read(console, isReported: false)
        try DatasetWriter().write(imported.dataset, to: output)
        let result = ImportReport(format: imported.format, output: output, report: imported.report)
        try console.result(result) { "\(imported.report)\nWritten to \(output)." }
    }
}

/// What `freshet import` reports.
private struct ImportReport: Encodable {
    let format: String
    let output: String
    let report: CleaningReport
}

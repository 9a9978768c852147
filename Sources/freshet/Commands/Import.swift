import ArgumentParser
import FreshetCore
import FreshetData

/// `freshet import`.
struct Import: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read and clean an event log of any known format and write it in Freshet's own form.",
        discussion: """
            The output is a folder with users.jsonl, items.jsonl and events.jsonl. What was understood is said; what was \
            dropped is reported with its place and reason; --strict fails instead. --preview shows both and the first \
            events, and writes nothing.

              freshet import --data ml-latest-small --minimum-value 4 --core 5 --output films
              freshet import --data shop.csv --columns user=customer,item=sku,time=when --output shop
              freshet import --data shop.csv.gz --preview
              psql -c "copy orders to stdout csv header" | freshet import --data - --output shop

            Formats:
            \(ReadingOptions.importers.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))
            """
    )

    @OptionGroup var dataOptions: DataOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to write.", valueName: "folder"))
    var output: String?

    @OptionGroup var overwriting: Overwriting

    @Flag(help: "Show what is understood and the first events, and write nothing.")
    var preview = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (output == nil) == preview else {
            throw ValidationError("Give either --output, the folder to write, or --preview.")
        }
    }

    func execute(_ console: Console) throws {
        guard let output else {
            let preview = ImportPreview(
                try dataOptions.reading.preview(dataOptions.data, count: ImportPreview.eventCount)
            )
            return try console.result(preview) { preview.description }
        }
        try overwriting.check(output)
        let imported = try dataOptions.read(console, isReported: false)
        try DatasetWriter().write(imported.dataset, to: output)
        let result = ImportReport(format: imported.format, output: output, report: imported.report)
        try console.result(result) { "Format \(imported.format). \(imported.report)\nWritten to \(output)." }
    }
}

/// What `freshet import` reports.
private struct ImportReport: Encodable {
    let format: String
    let output: String
    let report: CleaningReport
}

/// What `freshet import --preview` shows.
private struct ImportPreview: Encodable, CustomStringConvertible {
    /// How many events are shown.
    static let eventCount = 10

    let format: String
    let report: CleaningReport
    let events: [Event]

    init(_ result: ImportResult) {
        format = result.format
        report = result.report
        let dataset = result.dataset
        events = (0..<dataset.users.count).flatMap { user in
            let history = dataset.histories[UserIndex(user)]
            return history.items.indices.map { row in
                let value = history.values.isEmpty ? Float.nan : history.values[row]
                return Event(
                    user: dataset.users[user],
                    item: dataset.items[history.items[row].position],
                    type: history.types.isEmpty ? dataset.eventTypes[0] : dataset.eventTypes[Int(history.types[row])],
                    value: value.isNaN ? nil : value,
                    time: history.times.isEmpty ? nil : history.times[row]
                )
            }
        }
    }

    var description: String {
        let rows = events.map { event in
            [
                event.user, event.item, event.type.rawValue, event.value.map { "\($0)" } ?? "",
                event.time?.text ?? "",
            ]
        }
        let table = ConsoleTable(header: ["user", "item", "type", "value", "time"], rows: rows)
        return "Format \(format). \(report)\n\n\(table.text)\n\nNothing was written."
    }
}

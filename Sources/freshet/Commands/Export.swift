import ArgumentParser
import Foundation
import FreshetCore
import FreshetStorage

/// `freshet export`.
struct Export: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a server's events, catalogue, users and feedback as files, while it runs or not.",
        discussion: """
            A folder of JSON lines (events.jsonl, items.jsonl, users.jsonl) is Freshet's own form: import, train and \
            serve --import read it, and nothing is lost. Tables (--format csv) are read too; vectors are not in them. \
            Feedback has a row an item that was shown, with the events that named the answer.

              freshet export --data shop-data --output shop
              freshet export --data shop-data --format csv --output tables
              freshet export --data shop-data --what events --output - | gzip > events.jsonl.gz
            """
    )

    @Option(help: ArgumentHelp("The data folder of the server.", valueName: "folder"))
    var data = ServeSettings().data

    @Option(
        help: ArgumentHelp(
            "What to write: \(ExportKind.allCases.map(\.rawValue).joined(separator: ", ")); all unless given.",
            valueName: "kind,…"
        )
    )
    var what: [String] = []

    @Option(help: "The form: jsonl or csv.")
    var format = ExportForm.jsonl

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The folder to write; - is standard output, for one kind.", valueName: "folder")
    )
    var output: String

    @OptionGroup var overwriting: Overwriting
    @OptionGroup var common: CommonOptions

    private func kinds() throws -> [ExportKind] {
        let names = what.flatMap { $0.split(separator: ",").map(String.init) }
        guard !names.isEmpty else { return ExportKind.allCases }
        return try names.map { name in
            guard let kind = ExportKind(rawValue: name) else {
                throw FreshetError.unknown("kind of export", name, known: ExportKind.allCases.map(\.rawValue))
            }
            return kind
        }
    }

    func execute(_ console: Console) throws {
        let kinds = try kinds()
        let isStream = output == "-"
        guard !isStream || kinds.count == 1 else {
            throw FreshetError(
                .usage,
                "Standard output takes one kind, not \(kinds.map(\.rawValue).joined(separator: ", ")).",
                remedy: "Name one with --what, or a folder with --output."
            )
        }
        let store = try StoreReader(folder: data)
        if !isStream {
            try overwriting.check(output)
            try makeFolder()
        }
        let began = ProgressReporter.now()
        let progress = ProgressReporter(title: "export", isQuiet: common.quiet)
        Interruption.watch()
        let exporter = Exporter(store: store, form: format, progress: progress)
        var rows: [String: Int] = [:]
        for kind in kinds {
            let path = isStream ? output : "\(output)/\(kind.rawValue).\(format.rawValue)"
            rows[kind.rawValue] = try exporter.write(kind, to: path)
        }
        progress.finish()
        let seconds = ProgressReporter.now() - began
        let words = kinds.map {
            "\(Words.count(rows[$0.rawValue] ?? 0)) \($0 == .feedback ? "rows of feedback" : $0.rawValue)"
        }
        let sentence = "Wrote \(words.joined(separator: ", ")) of \(data) in \(Words.duration(seconds))."
        // Standard output is the data's then.
        guard !isStream else { return console.note(sentence) }
        try console.result(ExportReport(output: output, rows: rows, seconds: seconds)) { sentence }
    }

    private func makeFolder() throws {
        do {
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        } catch let error as CocoaError {
            throw FreshetError(
                .external,
                "Cannot make the folder '\(output)': \(error.localizedDescription)",
                remedy: "Choose a folder that you may write to."
            )
        }
    }
}

/// What `freshet export` reports.
private struct ExportReport: Encodable {
    let output: String
    let rows: [String: Int]
    let seconds: Double
}

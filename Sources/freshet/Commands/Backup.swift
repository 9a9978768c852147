import ArgumentParser
import Foundation
import FreshetCore
import FreshetStorage

/// `freshet backup`.
struct Backup: LiveCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the database of a data folder into one file, while the server runs or not.",
        discussion: """
            The file has everything that was acknowledged when the copy began: events, catalogue, users, impressions, \
            decisions and keys. Weights are not in it; they are learned again from the log.

              freshet backup --data freshet-data --output monday.sqlite
              freshet restore monday.sqlite --data elsewhere
            """
    )

    @Option(help: ArgumentHelp("The data folder.", valueName: "folder"))
    var data = ServeSettings().data

    @Option(name: .customLong("output"), help: ArgumentHelp("The file to write.", valueName: "file"))
    var file: String

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        let began = ProgressReporter.now()
        try SQLiteStore.backup(folder: data, to: file)
        let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
        let report = BackupReport(file: file, bytes: size, seconds: ProgressReporter.now() - began)
        try console.result(report) {
            "Copied \(Words.bytes(size)) of \(data) to \(file) in \(Words.duration(report.seconds))."
        }
    }
}

/// `freshet restore`.
struct Restore: LiveCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a data folder from a backup.",
        discussion: """
            The server must not run. The next start reads the log and learns from it.

              freshet restore monday.sqlite --data freshet-data
            """
    )

    @Argument(help: ArgumentHelp("The backup.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The data folder.", valueName: "folder"))
    var data = ServeSettings().data

    @Flag(help: "Replace the database that the folder has.")
    var force = false

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        try SQLiteStore.restore(from: file, to: data, force: force)
        try console.result(["data": data]) { "Restored \(data) from \(file)." }
    }
}

/// What `freshet backup` reports.
private struct BackupReport: Encodable {
    let file: String
    let bytes: Int
    let seconds: Double
}

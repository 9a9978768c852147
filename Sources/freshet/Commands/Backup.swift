import ArgumentParser
import FreshetCore

/// `freshet backup`.
struct Backup: LiveCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy a data folder into a new one, while the server runs or not.",
        discussion: """
            The copy has everything that was acknowledged when the copy of the database began: events, catalogue, \
            users, impressions, decisions and keys. The weights beside it are a little older; a restored server learns \
            what they miss from the log.

              freshet backup --data freshet-data --output monday
              freshet restore monday --data elsewhere
            """
    )

    @Option(help: ArgumentHelp("The data folder.", valueName: "folder"))
    var data = ServeSettings().data

    @Option(name: .customLong("output"), help: ArgumentHelp("The folder to make.", valueName: "folder"))
    var folder: String

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        let began = ProgressReporter.now()
        guard DataBackup.isFree(folder) else {
            throw FreshetError(.usage, "'\(folder)' is there already.", remedy: "Name a new folder.")
        }
        let size = try DataBackup.make(of: data, at: folder)
        let report = BackupReport(folder: folder, bytes: size, seconds: ProgressReporter.now() - began)
        try console.result(report) {
            "Copied \(Words.bytes(size)) of \(data) to \(folder) in \(Words.duration(report.seconds))."
        }
    }
}

/// `freshet restore`.
struct Restore: LiveCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a data folder from a backup.",
        discussion: """
            The server must not run. The next start goes on with the backup's weights, and learns from the log what \
            they miss.

              freshet restore monday --data freshet-data
            """
    )

    @Argument(help: ArgumentHelp("The backup.", valueName: "folder"))
    var backup: String

    @Option(help: ArgumentHelp("The data folder.", valueName: "folder"))
    var data = ServeSettings().data

    @Flag(help: "Replace what the folder has.")
    var force = false

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        try DataBackup.restore(backup, to: data, force: force)
        try console.result(["data": data]) { "Restored \(data) from \(backup)." }
    }
}

/// What `freshet backup` reports.
private struct BackupReport: Encodable {
    let folder: String
    let bytes: Int
    let seconds: Double
}

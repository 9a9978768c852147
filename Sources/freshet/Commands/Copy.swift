import ArgumentParser
import FreshetCore
import FreshetModels
import FreshetPostgres
import FreshetStorage

/// `freshet copy`.
struct Copy: LiveCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring a shop's data from SQLite into PostgreSQL.",
        discussion: """
            The server must not run. Everything that the folder's database keeps is copied: events, catalogue, users, \
            answers, versions, decisions, keys and settings. Then every row is read back and compared. The server \
            goes on to need the folder for its weights; the database in it stays as it was, and is opened no more.

            Interrupted, the same command goes on where it stopped; until it is done no server opens the shop there. A copy \
            overwrites nothing. The password belongs into PGPASSWORD or PGPASSFILE, not into the address.

              freshet copy --from freshet-data --to postgres://shop@db/freshet
              freshet serve --data freshet-data --set storage.postgres.address=postgres://shop@db/freshet

            A shop beside the server's own is copied by its folder: --from freshet-data/tenants/NAME.
            """
    )

    @Option(help: ArgumentHelp("The data folder.", valueName: "folder"))
    var from = ServeSettings().data

    @Option(help: ArgumentHelp("Where PostgreSQL is: a URL, or host=… dbname=… user=….", valueName: "address"))
    var to: String

    @Option(help: "The schema of its tables.")
    var schema = PostgresConfiguration().schema

    @Flag(help: "Throw away what an unfinished copy left, and begin anew.")
    var again = false

    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        var configuration = PostgresConfiguration(address: to)
        configuration.schema = schema
        try configuration.validate()
        #if PostgreSQL
        let began = ProgressReporter.now()
        let copy = try PostgresCopy(from: from, to: configuration, again: again)
        let progress = ProgressReporter(title: "copy", isQuiet: console.isQuiet)
        Interruption.watch()
        defer { progress.finish() }
        func tell(_ verb: String) -> (PostgresCopy.Progress) throws -> Void {
            { state in
                guard !Interruption.isRequested else {
                    throw FreshetError(.cancelled, "Stopped. The same command goes on from here.")
                }
                progress.update(
                    TrainingProgress(phase: "\(verb) \(state.table)", completed: state.completed, total: state.total)
                )
            }
        }
        try copy.copy(tell("copy"))
        let tables = try copy.verify(tell("compare"))
        try copy.finish()
        try MovedStore.mark(from, place: configuration.place)
        progress.finish()
        let report = CopyReport(
            tenant: copy.tenant.name,
            place: configuration.place,
            tables: tables,
            seconds: ProgressReporter.now() - began
        )
        try console.result(report) { report.words }
        #endif
    }
}

#if PostgreSQL
/// What `freshet copy` reports.
private struct CopyReport: Encodable {
    let tenant: String
    let place: String
    let tables: [PostgresCopy.Table]
    let seconds: Double

    var words: String {
        let rows = tables.filter { $0.rows > 0 }.map { [$0.name, Words.count($0.rows), $0.checksum] }
        let total = tables.reduce(0) { $0 + $1.rows }
        return ConsoleTable(header: ["table", "rows", "checksum"], rows: rows).text
            + "\n\nThe shop '\(tenant)' is in PostgreSQL (\(place)): \(Words.count(total)) rows, all read back and compared, in "
            + "\(Words.duration(seconds)). Serve it with --set storage.postgres.address=…; its weights stay in the folder."
    }
}
#endif

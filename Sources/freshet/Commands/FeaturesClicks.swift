import ArgumentParser
import Foundation
import FreshetCore
import FreshetFeedback
import FreshetModels
import FreshetStorage

/// `freshet features clicks`.
struct FeaturesClicks: FreshetCommand {
    static let configuration = CommandConfiguration(
        commandName: "clicks",
        abstract: "Write what a server's users saw, and whether they clicked it, as a table.",
        discussion: """
            The data folder is read as it is, while its server runs or not. A row is a place that counts as seen, as \
            'freshet feedback' counts: all places of an answer, or those that were reported as seen once any was. Its \
            columns are what was kept with the answer when it was given: user, item, place (from 1), scenario, hour and \
            weekday (UTC), version, variant, segments, and the request's context. Answers of the last hour and a half are left out: \
            clicks on them may still come.

            Attributes of the catalogue are as they are now, which their names say (now.item.brand): what has changed \
            since is not what was shown.

              freshet features clicks --data shop-data --output clicks.csv
              freshet features clicks --data shop-data --attributes item.brand,user.country --output clicks.csv
            """
    )

    @Option(help: ArgumentHelp("The data folder of the server.", valueName: "folder"))
    var data = ServeSettings().data

    @Option(help: ArgumentHelp("Only answers from this time on.", valueName: "time"))
    var from: TimeArgument?

    @Option(help: ArgumentHelp("Only answers before this time.", valueName: "time"))
    var until: TimeArgument?

    @Flag(help: "Also the answers of the last hour and a half, as if no click on them came any more.")
    var newest = false

    @Option(
        help: ArgumentHelp(
            "Attributes of items and users as they are now, such as item.brand, item.categories and user.country; all for all.",
            valueName: "name,…"
        )
    )
    var attributes: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The table to write; - is standard output.", valueName: "file")
    )
    var output: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard let from, let until, from.time >= until.time else { return }
        throw ValidationError("--from \(from.time.text) is not before --until \(until.time.text).")
    }

    func execute(_ console: Console) throws {
        // Before the log is opened: what comes later is not in it.
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let store = try StoreReader(folder: data)
        let progress = ProgressReporter(title: "clicks", isQuiet: console.isQuiet)
        defer { progress.finish() }
        Interruption.watch()
        let total = try store.counts().impressions
        let names = attributes.flatMap { $0.split(separator: ",").map(String.init) }
        var table = try ClickTable(
            path: output,
            context: contextNames(store) { try tell(progress, "requests", $0, of: total) },
            catalogue: CatalogueFields(names, of: store)
        )
        var answered = SettledAnswers()
        var (answers, read) = (0, 0)
        let tooNew = try answered.read(
            upTo: newest ? .max : now,
            answers: { try store.answers(after: $0, limit: $1) },
            events: { try store.feedbackEvents(after: $0, limit: $1) }
        ) { answer, settled in
            read += 1
            if read % 4096 == 0 { try tell(progress, "answers", read, of: total) }
            guard isAsked(answer) else { return }
            answers += 1
            try table.write(answer, settled)
        }
        guard table.counts.rows > 0 else {
            throw FreshetError(
                .invalidData,
                "'\(data)' has no answer of that time of which it is known what was clicked.",
                remedy: tooNew > 0
                    ? "Of \(tooNew) newer answers it is known later; --newest takes them as they are now." : nil
            )
        }
        try table.finish()
        progress.finish()
        let report = ClicksReport(answers: answers, tooNew: tooNew, counts: table.counts, output: output)
        // Standard output is the table's then.
        guard output != "-" else { return console.note(report.words) }
        try console.result(report) { report.words }
    }

    /// What the requests of the asked time said of their moment, by name.
    private func contextNames(_ store: StoreReader, tell: (_ count: Int) throws -> Void) throws -> [String] {
        var (names, last, read): (Set<String>, Int64, Int) = ([], 0, 0)
        while true {
            let page = try store.answers(after: last, limit: 512)
            guard let newest = page.last else { return names.sorted() }
            for (_, answer) in page where isAsked(answer) { names.formUnion(answer.context.keys) }
            last = newest.number
            read += page.count
            try tell(read)
        }
    }

    private func isAsked(_ answer: Impression) -> Bool {
        (from.map { answer.time >= $0.time.milliseconds } ?? true)
            && (until.map { answer.time < $0.time.milliseconds } ?? true)
    }

    private func tell(_ progress: ProgressReporter, _ phase: String, _ count: Int, of total: Int) throws {
        guard !Interruption.isRequested else {
            throw FreshetError(.cancelled, "Stopped; the table was not written.")
        }
        progress.update(TrainingProgress(phase: phase, completed: count, total: max(count, total)))
    }
}

/// What `freshet features clicks` reports.
private struct ClicksReport: Encodable {
    let answers: Int
    let tooNew: Int
    let rows: Int
    let clicks: Int
    let output: String

    init(answers: Int, tooNew: Int, counts: (rows: Int, clicks: Int), output: String) {
        (self.answers, self.tooNew, self.output) = (answers, tooNew, output)
        (rows, clicks) = counts
    }

    var words: String {
        let newer = tooNew > 0 ? " \(Words.count(tooNew)) newer answers are left out: clicks may still come." : ""
        return "Wrote \(Words.count(rows)) seen places of \(Words.count(answers)) answers, \(Words.count(clicks)) of "
            + "them clicked, into \(output)." + newer
    }
}

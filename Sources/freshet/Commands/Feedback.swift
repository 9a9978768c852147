import ArgumentParser
import Foundation
import FreshetCore
import FreshetData
import FreshetFeedback
import FreshetStorage
import NIOHTTP1

/// `freshet feedback`.
struct Feedback: LiveCommand {
    static let configuration = CommandConfiguration(
        abstract: "How well the recommendations do: clicks, conversions and value by what was shown.",
        discussion: """
            A running server is asked, or with --data the data folder of one is read, which may run. Figures by: \
            \(FeedbackDimension.allCases.map(\.rawValue).joined(separator: ", ")).

              freshet feedback
              freshet feedback --by scenario,version --from 2026-11-01
              freshet feedback --data freshet-data --by position --csv
            """
    )

    @Option(help: "What to tell apart, between commas.")
    var by = ""

    @Option(help: ArgumentHelp("The first day.", valueName: "day"))
    var from: TimeArgument?

    @Option(help: ArgumentHelp("The last day.", valueName: "day"))
    var to: TimeArgument?

    @Option(help: ArgumentHelp("Read the data folder of a server instead of asking one.", valueName: "folder"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "With --data: the attribute of items that says what a conversion leaves, where its event does not.",
            valueName: "name"
        )
    )
    var profitAttribute = "profit"

    @Flag(help: "Write the rows as a table for spreadsheets.")
    var csv = false

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !csv || !output.json else { throw ValidationError("Give --csv or --json, not both.") }
    }

    func execute(_ console: Console) async throws {
        let dimensions = try FeedbackDimension.list(by)
        let days = try FeedbackReport.days(from: from?.time, to: to?.time)
        let report =
            if let data { try read(data, by: dimensions, days: days) } else { try await ask() }
        try console.result(report) {
            csv ? report.csv(by: dimensions) : FeedbackText(report.rows, dimensions: dimensions).words
        }
    }

    /// Joins the logs of a data folder.
    private func read(
        _ folder: String,
        by dimensions: [FeedbackDimension],
        days: ClosedRange<Int>?
    ) throws -> FeedbackReport {
        let store = try StoreReader(folder: folder)
        var profits: [String: Double] = [:]
        try store.forEachItem { item in
            if case .number(let profit) = item.attributes[profitAttribute] { profits[item.id] = profit }
        }
        var (join, feed) = (FeedbackJoin(), FeedbackFeed())
        let conversions = join.rules.types(of: .conversion)
        _ = try feed.feed(
            into: &join,
            answers: { try store.answers(after: $0, limit: $1) },
            events: { after, limit in
                try store.feedbackEvents(after: after, limit: limit) { item, type in
                    conversions.contains(type.rawValue) ? profits[item] : nil
                }
            }
        )
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        return FeedbackReport(rows: join.rows(by: dimensions, days: days, now: now))
    }

    private func ask() async throws -> FeedbackReport {
        var query: [String] = by.isEmpty ? [] : ["by=\(by)"]
        query += from.map { ["from=\($0.time.text.prefix(10))"] } ?? []
        query += to.map { ["to=\($0.time.text.prefix(10))"] } ?? []
        let path = "/v1/feedback" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        return try await serverOptions.withClient { client in
            try await client.deliver(.GET, path, policy: .command).decode(FeedbackReport.self)
        }
    }
}

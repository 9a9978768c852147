import ArgumentParser
import FreshetCore
import FreshetData
import FreshetEngine

/// `freshet replay`.
struct ReplayCommand: LiveCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Send the events of a data set to a running engine, as if they happened now.",
        discussion: """
            Events go in the order of time through POST /v1/events. Every few seconds it says how much was learned, \
            which version serves, how well the live model predicted the events before it learned them beside a frozen \
            copy and decayed popularity, and what one customer is recommended as they buy.

            Every event has an id of its own: after Ctrl-C, or when the engine was down for longer than --patience, the \
            same command goes on where it stopped, and nothing counts twice.

              freshet replay --data Samples/online-retail --from 2010-09-01 --rate 500
              freshet replay --data shop.csv --speed 3600 --server http://127.0.0.1:9000
            """
    )

    @OptionGroup var dataOptions: DataOptions

    @Option(help: ArgumentHelp("Events a second; as fast as the engine takes them unless given.", valueName: "n"))
    var rate: Double?

    @Option(help: ArgumentHelp("How many times faster than they happened.", valueName: "factor"))
    var speed: Double?

    @Option(help: "The most events of one request.")
    var batch = 200

    @Option(help: ArgumentHelp("The user whose recommendations are shown; the busiest unless given.", valueName: "id"))
    var customer: String?

    @Option(help: ArgumentHelp("Seconds between reports.", valueName: "seconds"))
    var interval = 5.0

    @Option(help: ArgumentHelp("Seconds to wait for an engine that is busy or down.", valueName: "seconds"))
    var patience = 60.0

    @Option(help: ArgumentHelp("Seconds to wait at the end until everything is learned.", valueName: "seconds"))
    var settle = 60.0

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard rate == nil || speed == nil else { throw ValidationError("Give one of --rate and --speed.") }
        for (name, value) in [("rate", rate), ("speed", speed)] {
            if let value, !(value > 0 && value <= 1e9) {
                throw ValidationError("--\(name) is \(value), but must be above 0 and at most 1e9.")
            }
        }
        guard (1...10_000).contains(batch) else {
            throw ValidationError("--batch is \(batch), but must be in 1...10000.")
        }
        guard (0.1...86_400).contains(interval) else {
            throw ValidationError("--interval is \(interval), but must be in 0.1...86400.")
        }
        for (name, value) in [("patience", patience), ("settle", settle)] where !(0...86_400).contains(value) {
            throw ValidationError("--\(name) is \(value), but must be in 0...86400.")
        }
    }

    func execute(_ console: Console) async throws {
        let stream = ReplayStream(try dataOptions.read(console, isReported: false).dataset)
        console.note("\(Words.count(stream.count)) events to replay, \(stream.period).")
        if speed != nil, stream.time(at: 0) == nil {
            throw FreshetError(.usage, "--speed needs times, which the data do not have.", remedy: "Give --rate.")
        }
        Interruption.watch()
        let report = try await serverOptions.withClient { client in
            try await replay(stream, to: client, console)
        }
        try console.result(report) { report.words }
        if Interruption.isRequested {
            throw FreshetError(.cancelled, "Stopped.", remedy: "The same command goes on where this one ended.")
        }
    }

    private func replay(_ stream: ReplayStream, to client: APIClient, _ console: Console) async throws -> ReplayReport {
        let customer = customer ?? stream.busiestUser
        let replay = Replay(
            client: client,
            stream: stream,
            batch: batch,
            policy: RetryPolicy(patience: patience),
            customer: customer,
            console: console
        )
        let watch = ReplayWatch(
            client: client,
            stream: stream,
            replay: replay,
            customer: customer,
            interval: interval,
            console: console
        )
        let pace = rate.map(ReplayClock.Pace.rate) ?? speed.map(ReplayClock.Pace.speed) ?? .unlimited
        try await withThrowingTaskGroup(of: Void.self) { group in
            if !console.isQuiet {
                group.addTask {
                    do { try await watch.run() } catch is CancellationError {}
                }
            }
            group.addTask { try await replay.run(pace) }
            // The replay ends by itself, the reports do not.
            try await group.next()
            group.cancelAll()
        }
        return ReplayReport(
            events: stream.count,
            progress: replay.progress,
            status: try await watch.waitForLearner(seconds: settle)
        )
    }
}

/// What `freshet replay` reports.
struct ReplayReport: Sendable, Encodable {
    let events: Int
    let progress: Replay.Progress
    let status: EngineStatus?

    var words: String {
        var lines = [
            "Sent \(Words.count(progress.sent)) of \(Words.count(events)) events in \(Words.duration(progress.seconds)): "
                + "\(Words.count(progress.accepted)) new, \(Words.count(progress.known)) known, "
                + "\(Words.count(progress.rejected)) refused, \(Words.count(progress.retries)) requests sent again."
        ]
        lines += progress.refusals.map { "  " + $0 }
        if let status {
            lines.append("The engine \(StatusWords.learning(status)).")
            lines += StatusWords.figures(status.figures).map { "  " + $0 }
            lines += StatusWords.troubles(status).map { "  " + $0 }
        }
        return lines.joined(separator: "\n")
    }
}

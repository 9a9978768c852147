import ArgumentParser
import FreshetCore
import FreshetData

/// `freshet bench-http`: the load client of `Benchmarks/live_speed.py`.
struct BenchHTTP: LiveCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-http",
        abstract: "Load a running engine with recommendations and events, and measure how long it takes to answer.",
        discussion: """
            With a rate, requests go out when they are due, answered or not, and the latency counts from then on: a \
            server that stalls cannot hide it (corrected for coordinated omission). Without one, every connection sends \
            as soon as it has its answer, which measures the most that the server can do.

              freshet bench-http --recommendations 500 --events 500 --seconds 60 --json
              freshet bench-http --events-saturated --batch 500 --connections 4
            """,
        shouldDisplay: false
    )

    @Option(help: "Recommendation requests a second; 0 for none.")
    var recommendations = 0.0

    @Flag(help: "Ask for recommendations as fast as the answers come.")
    var recommendationsSaturated = false

    @Option(help: "Events a second; 0 for none.")
    var events = 0.0

    @Flag(help: "Send events as fast as the answers come.")
    var eventsSaturated = false

    @Option(help: "Events of one request.")
    var batch = 1

    @Option(help: "Items of one answer.")
    var count = 10

    @Option(help: ArgumentHelp("A filter expression that every question has.", valueName: "condition"))
    var filter: String?

    @Option(help: "Connections of each kind where no rate is given.")
    var connections = 8

    @Option(help: "Seconds to measure.")
    var seconds = 30.0

    @Option(help: "Seconds to send before measuring.")
    var warmUp = 2.0

    @Option(
        help: ArgumentHelp(
            "A data set whose users and items take part; some are made up unless given.",
            valueName: "path"
        )
    )
    var data: String?

    @Option(help: "Users that are made up: user0, user1 and so on.")
    var users = 5000

    @Option(help: "Items that are made up: item0, item1 and so on.")
    var items = 3000

    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 1

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let numbers = [
            ("batch", batch), ("count", count), ("connections", connections), ("users", users), ("items", items),
        ]
        for (name, value) in numbers where !(1...10_000_000).contains(value) {
            throw ValidationError("--\(name) is \(value), but must be in 1...10000000.")
        }
        for (name, value) in [("recommendations", recommendations), ("events", events)] where !(0...1e6).contains(value)
        {
            throw ValidationError("--\(name) is \(value), but must be in 0...1000000.")
        }
        guard seconds > 0, warmUp >= 0 else { throw ValidationError("--seconds and --warm-up are durations.") }
        guard recommendations > 0 || events > 0 || recommendationsSaturated || eventsSaturated else {
            throw ValidationError("Say what to send: --recommendations, --events or both.")
        }
    }

    func execute(_ console: Console) async throws {
        let workload = try workload()
        Interruption.watch()
        let report = try await serverOptions.withClient(connections: max(64, 2 * connections)) { client in
            await measure(workload, client)
        }
        try console.result(report) { report.words }
    }

    private func workload() throws -> LoadWorkload {
        let dataset = try data.map { try DatasetReader().read(path: $0).dataset }
        return LoadWorkload(
            users: dataset.map { Array($0.users.identifiers) } ?? (0..<users).map { "user\($0)" },
            items: dataset.map { Array($0.items.identifiers) } ?? (0..<items).map { "item\($0)" },
            count: count,
            batch: batch,
            seed: seed,
            filter: filter
        )
    }

    private func measure(_ workload: LoadWorkload, _ client: APIClient) async -> LoadReport {
        let load = LoadClient(client: client, seconds: seconds, warmUp: warmUp)
        let (asking, telling) = (LoadRecorder(), LoadRecorder())
        let askingRate = recommendationsSaturated ? nil : recommendations
        let tellingRate = eventsSaturated ? nil : events / Double(batch)
        let start = ProgressReporter.now() + warmUp
        await withDiscardingTaskGroup { group in
            if recommendationsSaturated || recommendations > 0 {
                group.addTask {
                    await load.run(rate: askingRate, connections: connections, recorder: asking, start: start) {
                        workload.recommendation($0)
                    }
                }
            }
            if eventsSaturated || events > 0 {
                group.addTask {
                    await load.run(rate: tellingRate, connections: connections, recorder: telling, start: start) {
                        workload.events($0)
                    }
                }
            }
        }
        let streams = [
            asking.report(name: "recommendations", intended: askingRate),
            telling.report(name: "events", intended: tellingRate),
        ]
        return LoadReport(seconds: seconds, streams: streams.filter { !$0.statuses.isEmpty })
    }
}

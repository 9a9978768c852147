import ArgumentParser
import FreshetCore

/// `freshet config`.
struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration of a server, or show a whole one.",
        discussion: """
              freshet config check --config freshet.json
              freshet config example > freshet.json
            """,
        subcommands: [Check.self, Example.self]
    )

    /// `freshet config example`.
    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a configuration file with every setting at its default.",
            discussion: """
                  freshet config example > freshet.json
                """
        )

        func run() throws {
            try Console.write(SettingsExample(settings: SettingsReader.serve.settings, defaults: ServeSettings()).text)
        }
    }

    /// `freshet config check`.
    struct Check: LiveCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show every setting with its value and where that comes from; name what is wrong.",
            discussion: """
                A flag wins over the environment, that over the file, that over the default. A key such as \
                server.port is FRESHET_SERVER_PORT in the environment. Documentation/freshet.example.json has them all.

                  freshet config check --config freshet.json
                  FRESHET_SERVER_PORT=9000 freshet config check --set storage.synchronous=disk
                """
        )

        @OptionGroup var settings: SettingsOptions
        @OptionGroup var output: OutputOptions

        func execute(_ console: Console) async throws {
            let result = try settings.read()
            var problems = result.problems
            do {
                if problems.isEmpty { try result.configuration.validate() }
            } catch let error as FreshetError {
                problems.append(error.description)
            }
            let report = ConfigReport(values: result.values, problems: problems, warnings: result.warnings)
            try console.result(report) { report.words }
            guard problems.isEmpty else {
                throw FreshetError(.usage, "The configuration has \(problems.count == 1 ? "a problem" : "problems").")
            }
        }
    }
}

/// What `freshet config check` reports.
private struct ConfigReport: Encodable {
    let values: [SettingsReader<ServeSettings>.Resolved]
    let problems: [String]
    let warnings: [String]

    var words: String {
        let width = values.map { $0.key.count }.max() ?? 0
        let lines = values.map { value in
            let gap = String(repeating: " ", count: width - value.key.count)
            return "\(value.key)\(gap)  \(value.value)" + (value.source == "default" ? "" : "  (\(value.source))")
        }
        return (lines + problems.map { "Wrong: " + $0 } + warnings.map { "Note: " + $0 }).joined(separator: "\n")
    }
}

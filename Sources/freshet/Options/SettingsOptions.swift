import ArgumentParser
import Foundation
import FreshetCore
import FreshetEngine

/// Where the settings of a server come from.
struct SettingsOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file; FRESHET_CONFIG unless given.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The folder of the database and the versions.", valueName: "folder"))
    var data: String?

    @Option(help: ArgumentHelp("The address to listen on.", valueName: "address"))
    var host: String?

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port: Int?

    @Option(
        help: ArgumentHelp(
            "What this process does of the work that several share: all, server or learner (Documentation/Scaling.md).",
            valueName: "role"
        )
    )
    var role: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Change one setting; may come more than once.", valueName: "key=value")
    )
    var settings: [Assignment] = []

    /// Reads every setting: flags before the environment before the file before the defaults.
    /// - Throws: ``FreshetError`` when the file cannot be read or a flag comes twice.
    func read() throws -> SettingsReader<ServeSettings>.Result {
        let environment = ProcessInfo.processInfo.environment
        var flags = try Assignment.dictionary(settings, option: "set")
        let own = [
            ("data", data), ("server.host", host), ("server.port", port.map(String.init)), ("cluster.role", role),
        ]
        for (key, value) in own {
            if let value { flags[key] = value }
        }
        let file = try (config ?? environment["FRESHET_CONFIG"]).map { try SettingsFile(path: $0) }
        return SettingsReader.serve.read(into: ServeSettings(), flags: flags, environment: environment, file: file)
    }

    /// Reads every setting, which must be sound.
    /// - Throws: ``FreshetError`` that names everything that is not.
    func readSound(_ console: Console) throws -> ServeSettings {
        let result = try read()
        for warning in result.warnings { console.note(warning) }
        guard result.problems.isEmpty else {
            throw FreshetError(
                .usage,
                result.problems.joined(separator: "\n"),
                remedy: "freshet config check shows every setting and where it comes from."
            )
        }
        var settings = result.configuration
        settings.sources = Dictionary(uniqueKeysWithValues: result.values.map { ($0.key, $0.source) })
        settings.engine.folder = try Tenant(settings.tenant).folder(in: settings.data)
        try settings.validate()
        return settings
    }
}

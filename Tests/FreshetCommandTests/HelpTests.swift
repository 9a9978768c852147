import Testing

@testable import freshet

@Suite struct HelpTests {
    static let commands = [
        "import", "stats", "split", "train", "compare", "tune", "evaluate", "recommend", "similar", "inspect",
        "benchmark", "cross-validate", "compress", "attack", "stability",
    ]
    static let liveCommands = ["serve", "replay", "promote", "rollback", "backup", "restore", "feedback"]

    @Test func theOverviewNamesEveryCommand() throws {
        let folder = try TemporaryFolder()
        let help = try folder.freshet("--help")
        #expect(help.code == 0)
        let named = help.output.split(separator: "\n").drop { $0 != "SUBCOMMANDS:" }
            .compactMap { $0.hasPrefix("  ") ? $0.split(separator: " ").first.map(String.init) : nil }
        #expect(Set(Self.commands + Self.liveCommands + ["config", "keys"]).isSubset(of: named))
        #expect(!named.contains("bench-http"))
        #expect(try folder.freshet("--version").output.contains(Version.current))
    }

    @Test(arguments: commands) func helpShowsAnExampleAndTheCommonOptions(command: String) throws {
        let help = try TemporaryFolder().freshet(command, "--help")
        #expect(help.code == 0 && help.errors.isEmpty)
        #expect(help.output.contains("  freshet \(command) "), "\(help.output)")
        for option in ["--json", "--seed", "--threads"] { #expect(help.output.contains(option), "\(option)") }
    }

    private static let experiments = [
        "plan", "simulate", "list", "show", "start", "change", "stop", "conclude", "ship", "delete",
    ]
    .map { "experiments " + $0 }

    @Test(arguments: liveCommands + ["config check", "keys"] + experiments)
    func liveCommandsShowAnExample(command: String) throws {
        let folder = try TemporaryFolder()
        let help = try Executable.run(command.split(separator: " ").map(String.init) + ["--help"], in: folder)
        #expect(help.code == 0 && help.errors.isEmpty)
        #expect(help.output.contains("  freshet \(command) "), "\(help.output)")
        #expect(command == "keys" || help.output.contains("--json"))
    }
}

import ArgumentParser
import Foundation
import FreshetCore
import FreshetNN
import NIOCore
import NIOHTTP1

/// `freshet experiments list`.
struct ExperimentsList: LiveCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The experiments of a running server, newest first.",
        discussion: "  freshet experiments list --json"
    )

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        let list = try await serverOptions.withClient { client in
            try await client.deliver(.GET, "/v1/experiments", policy: .command).decode(ShownExperiments.self)
        }
        try console.result(list) { list.words }
    }
}

/// `freshet experiments show`.
struct ExperimentsShow: LiveCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "What an experiment has shown so far; look as often as you like.",
        discussion: "  freshet experiments show frozen"
    )

    @Argument(help: "The experiment's id.")
    var id: String

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        let path = ShownExperiment.path(id)
        let shown = try await serverOptions.withClient { client in
            try await client.deliver(.GET, path, policy: .command).decode(ShownExperiment.self)
        }
        try console.result(shown) { shown.words }
    }
}

/// `freshet experiments start`.
struct ExperimentsStart: LiveCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start an experiment on a running server.",
        discussion: """
            The file holds the body of POST /v1/experiments; Documentation/Experiments.md says what is in it.

              freshet experiments start frozen.json
            """
    )

    @Argument(help: ArgumentHelp("What is compared, on whom, and by what.", valueName: "file"))
    var file: String

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        let body = ByteBuffer(bytes: try FileContents.read(file))
        let shown = try await serverOptions.withClient { client in
            try await client.deliver(.POST, "/v1/experiments", body: body, policy: .command)
                .decode(ShownExperiment.self)
        }
        try console.result(shown) { "'\(shown.id)' runs. Watch it with: freshet experiments show \(shown.id)" }
    }
}

/// `freshet experiments change`.
struct ExperimentsChange: LiveCommand {
    static let configuration = CommandConfiguration(
        commandName: "change",
        abstract:
            "Change the weights or the coverage of an experiment that runs; nobody goes from one variant to another.",
        discussion: """
              freshet experiments change frozen --coverage 0.8
              freshet experiments change frozen --weight continual=0.8 --weight frozen=0.2
            """
    )

    @Argument(help: "The experiment's id.")
    var id: String

    @Option(help: "The share of users who should take part.")
    var coverage: Double?

    @Option(help: ArgumentHelp("A variant's new share of those; all add up to 1.", valueName: "variant=share"))
    var weight: [WeightArgument] = []

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    /// A variant and its weight.
    struct WeightArgument: ExpressibleByArgument {
        let variant: String
        let weight: Double

        init?(argument: String) {
            guard let equals = argument.lastIndex(of: "="),
                let weight = Double(argument[argument.index(after: equals)...])
            else { return nil }
            (variant, self.weight) = (String(argument[..<equals]), weight)
        }
    }

    private struct Change: Encodable {
        let coverage: Double?
        let weights: [String: Double]?
    }

    func validate() throws {
        guard coverage != nil || !weight.isEmpty else { throw ValidationError("Give --coverage or --weight.") }
    }

    func execute(_ console: Console) async throws {
        let weights = Dictionary(weight.map { ($0.variant, $0.weight) }) { $1 }
        let change = Change(coverage: coverage, weights: weights.isEmpty ? nil : weights)
        let body = ByteBuffer(bytes: try JSONEncoder().encode(change))
        let path = ShownExperiment.path(id)
        let shown = try await serverOptions.withClient { client in
            try await client.deliver(.PATCH, path, body: body, policy: .command).decode(ShownExperiment.self)
        }
        try console.result(shown) {
            let shares = shown.variants.map { "\(Words.decimal($0.weight, 2)) '\($0.name)'" }.joined(separator: ", ")
            return "'\(shown.id)' covers \(Words.decimal(100 * (shown.coverage ?? 1), 1))% of the users: \(shares)."
        }
    }
}

/// `freshet experiments stop`.
struct ExperimentsStop: LiveCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "End an experiment without a decision: everybody is answered as before it.",
        discussion: "  freshet experiments stop frozen"
    )

    @Argument(help: "The experiment's id.")
    var id: String

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        try await ShownExperiment.end(id, by: "stop", serverOptions, console) { "'\($0.id)' is stopped." }
    }
}

/// `freshet experiments conclude`.
struct ExperimentsConclude: LiveCommand {
    static let configuration = CommandConfiguration(
        commandName: "conclude",
        abstract: "End an experiment and decide for a variant; what is known now is kept as the evidence.",
        discussion: "  freshet experiments conclude frozen --variant continual"
    )

    @Argument(help: "The experiment's id.")
    var id: String

    @Option(help: "The variant; what the verdict names as better, else the first, unless given.")
    var variant: String?

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        try await ShownExperiment.end(id, by: "conclude", variant: variant, serverOptions, console) { $0.words }
    }
}

/// `freshet experiments ship`.
struct ExperimentsShip: LiveCommand {
    static let configuration = CommandConfiguration(
        commandName: "ship",
        abstract: "Let everybody be answered by a variant: its version goes live, its settings are everybody's.",
        discussion: "  freshet experiments ship frozen"
    )

    @Argument(help: "The experiment's id.")
    var id: String

    @Option(help: "The variant; what was decided for, or what the verdict names, unless given.")
    var variant: String?

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        try await ShownExperiment.end(id, by: "ship", variant: variant, serverOptions, console) {
            "Everybody is answered as by '\($0.decision?.winner ?? "")' of '\($0.id)'."
        }
    }
}

/// `freshet experiments delete`.
struct ExperimentsDelete: LiveCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Forget an experiment that has ended; settings that it was shipped with end with it.",
        discussion: "  freshet experiments delete frozen"
    )

    @Argument(help: "The experiment's id.")
    var id: String

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        let path = ShownExperiment.path(id)
        try await serverOptions.withClient { client in
            _ = try await client.deliver(.DELETE, path, policy: .command)
        }
        try console.result(["deleted": id]) { "'\(id)' is gone." }
    }
}

extension ShownExperiment {
    /// The path of an experiment.
    fileprivate static func path(_ id: String) -> String {
        "/v1/experiments/" + (id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
    }

    /// Ends an experiment and says so.
    fileprivate static func end(
        _ id: String,
        by how: String,
        variant: String? = nil,
        _ server: ServerOptions,
        _ console: Console,
        words: (ShownExperiment) -> String
    ) async throws {
        let query = variant?.addingPercentEncoding(withAllowedCharacters: .alphanumerics).map { "?variant=" + $0 } ?? ""
        let path = path(id) + "/" + how + query
        let shown = try await server.withClient { client in
            try await client.deliver(.POST, path, policy: .command).decode(ShownExperiment.self)
        }
        try console.result(shown) { words(shown) }
    }
}

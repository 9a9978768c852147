import ArgumentParser
import FreshetCore
import NIOHTTP1

/// `freshet promote`.
struct Promote: LiveCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a kept version of the model answer from now on.",
        discussion: """
            The gate decides by itself; this is for people who know better. GET /v1/models lists the versions.

              freshet promote 3.17
            """
    )

    @Argument(help: "The version, such as 3.17.")
    var version: String

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard ModelVersion(version) != nil else {
            throw ValidationError("'\(version)' is not a version, such as 3.17.")
        }
    }

    func execute(_ console: Console) async throws {
        let version = version
        let live = try await serverOptions.withClient { client in
            try await client.deliver(.POST, "/v1/models/\(version)/promote", policy: .command).decode(LiveVersion.self)
        }
        try console.result(live) { "Version \(live.live) serves." }
    }
}

/// `freshet rollback`.
struct Rollback: LiveCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let the version before the live one answer again.",
        discussion: """
              freshet rollback --server http://127.0.0.1:8090
            """
    )

    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var output: OutputOptions

    func execute(_ console: Console) async throws {
        let (before, now) = try await serverOptions.withClient { client in
            // The live version is named, so that two who do this at once go back one step only.
            let before = try await client.deliver(.GET, "/v1/models", policy: .command).decode(LiveVersion.self)
            let path = "/v1/models/\(before.live)/rollback"
            let now = try await client.deliver(.POST, path, policy: .command).decode(LiveVersion.self)
            return (before, now)
        }
        try console.result(now) { "Version \(now.live) serves in place of \(before.live)." }
    }
}

/// The version that answers, as the server says it.
private struct LiveVersion: Codable, Sendable {
    let live: ModelVersion
}

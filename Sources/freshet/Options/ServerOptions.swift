import ArgumentParser
import Foundation

/// Which running engine a command talks to.
struct ServerOptions: ParsableArguments {
    /// Environment variables that clients read; they are no settings of the server.
    static let variables: Set<String> = ["FRESHET_URL", "FRESHET_KEY"]

    @Option(
        help: ArgumentHelp(
            "The engine's address; FRESHET_URL, or http://127.0.0.1:8090, unless given.",
            valueName: "url"
        )
    )
    var server: String?

    @Option(help: ArgumentHelp("The key to show; FRESHET_KEY unless given.", valueName: "key"))
    var key: String?

    func validate() throws {
        guard let parts = URLComponents(string: url), ["http", "https"].contains(parts.scheme), parts.host != nil else {
            throw ValidationError("--server is '\(url)', but must be an address such as http://127.0.0.1:8090.")
        }
    }

    /// The address.
    var url: String {
        server ?? ProcessInfo.processInfo.environment["FRESHET_URL"] ?? "http://127.0.0.1:8090"
    }

    /// Runs `body` with a client of the engine.
    func withClient<Result: Sendable>(
        connections: Int = 8,
        _ body: @Sendable (APIClient) async throws -> Result
    ) async throws -> Result {
        let key = key ?? ProcessInfo.processInfo.environment["FRESHET_KEY"]
        return try await APIClient.with(server: url, key: key, connections: connections, body)
    }
}

import ArgumentParser
import Foundation
import FreshetCore
import FreshetServer
import FreshetStorage
import NIOCore
import NIOHTTP1

/// `freshet keys`.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, list and revoke the keys of the HTTP interface.",
        discussion: """
            A key has some of the rights events, read, write and admin; only its hash is kept, so its text is shown once. \
            While there is no key at all, whoever reaches the server on this machine may do everything; from the first \
            key on, which must have the right admin, every request needs one.

            With --data the folder of a server that does not run, else over HTTP.

              freshet keys create ops --rights admin --data freshet-data
              freshet keys create shop --rights read,write
              freshet keys create page --rights events
              freshet keys list
              freshet keys revoke 3f2a90b1c4d5
            """,
        subcommands: [Create.self, List.self, Revoke.self]
    )

    /// `freshet keys create`.
    struct Create: LiveCommand {
        static let configuration = CommandConfiguration(abstract: "Make a key and show its text, once.")

        @Argument(help: "What it is for.")
        var name: String

        @Option(help: "What it may do: events, read, write and admin, between commas.")
        var rights = "read,write"

        @Option(help: ArgumentHelp("From when on it is refused.", valueName: "time"))
        var expires: TimeArgument?

        @OptionGroup var place: KeysPlace
        @OptionGroup var output: OutputOptions

        func validate() throws { _ = try parsedRights() }

        func execute(_ console: Console) async throws {
            let rights = try parsedRights()
            let (name, expires) = (name, expires?.seconds)
            let made = try await place.with { ring in
                let made = try await ring.create(name: name, rights: Set(rights), expires: expires)
                return MadeKey(key: made.key, text: made.text)
            } remote: { client in
                let request = KeyRequest(name: name, rights: rights, expires: expires)
                let body = ByteBuffer(bytes: try JSONEncoder().encode(request))
                return try await client.deliver(.POST, "/v1/keys", body: body, policy: .command).decode(MadeKey.self)
            }
            try console.result(made) { made.text }
            console.note(
                "Keep it: it cannot be shown again. Send it as 'Authorization: Bearer \(made.text.prefix(12))…'."
            )
        }

        private func parsedRights() throws -> [Right] {
            try rights.split(separator: ",").map { word in
                guard let right = Right(rawValue: String(word)) else {
                    throw ValidationError("--rights has '\(word)', but must be some of \(Right.list).")
                }
                return right
            }
        }
    }

    /// `freshet keys list`.
    struct List: LiveCommand {
        static let configuration = CommandConfiguration(abstract: "Show the keys there are, without their texts.")

        @OptionGroup var place: KeysPlace
        @OptionGroup var output: OutputOptions

        func execute(_ console: Console) async throws {
            let list = try await place.with { ring in
                KeyList(keys: ring.keys)
            } remote: { client in
                try await client.deliver(.GET, "/v1/keys", policy: .command).decode(KeyList.self)
            }
            try console.result(list) { list.words }
        }
    }

    /// `freshet keys revoke`.
    struct Revoke: LiveCommand {
        static let configuration = CommandConfiguration(abstract: "Take a key back; it is refused from now on.")

        @Argument(help: "The key's id, as keys list shows it.")
        var id: String

        @OptionGroup var place: KeysPlace
        @OptionGroup var output: OutputOptions

        func execute(_ console: Console) async throws {
            let id = id
            let path = "/v1/keys/" + (id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
            try await place.with { ring in
                guard try await ring.revoke(id) else { throw FreshetError(.usage, "There is no key '\(id)'.") }
            } remote: { client in
                _ = try await client.deliver(.DELETE, path, policy: .command)
            }
            try console.result(["revoked": id]) { "Revoked \(id)." }
        }
    }
}

/// Where the keys are: in a folder, or with a running server.
struct KeysPlace: ParsableArguments {
    @Option(help: ArgumentHelp("The data folder of a server that does not run.", valueName: "folder"))
    var data: String?

    @OptionGroup var serverOptions: ServerOptions

    func validate() throws {
        guard data == nil || serverOptions.server == nil else {
            throw ValidationError("Give one of --data and --server.")
        }
    }

    /// Works on the folder's keys if one is given, else on those of the server.
    func with<Result: Sendable>(
        local: (KeyRing) async throws -> Result,
        remote: @Sendable (APIClient) async throws -> Result
    ) async throws -> Result {
        guard let data else { return try await serverOptions.withClient(remote) }
        let store = try SQLiteStore.open(folder: data)
        let ring = KeyRing(store: store)
        try await ring.load()
        let result = try await local(ring)
        try store.close()
        return result
    }
}

private struct KeyRequest: Encodable {
    let name: String
    let rights: [Right]
    let expires: Int64?
}

/// A key that was just made.
private struct MadeKey: Codable, Sendable {
    let key: APIKey
    let text: String
}

/// The keys there are.
private struct KeyList: Codable, Sendable {
    let keys: [APIKey]

    var words: String {
        var table = ConsoleTable(header: ["id", "name", "rights", "made", "expires"])
        for key in keys {
            table.rows.append([
                key.id,
                key.name,
                key.rights.map(\.rawValue).joined(separator: ","),
                Words.date(key.created),
                key.expires.map(Words.date) ?? "never",
            ])
        }
        return keys.isEmpty
            ? "There is no key: whoever reaches the server on this machine may do everything." : table.text
    }
}

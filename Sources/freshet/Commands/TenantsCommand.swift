import ArgumentParser
import Foundation
import FreshetCore
import NIOCore
import NIOHTTP1

/// `freshet tenants`.
struct TenantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenants",
        abstract: "Make, list and delete the shops that a running server has beside its own.",
        discussion: """
            It needs a key of the server's own shop with the right admin (--key or FRESHET_KEY). Making a shop shows the \
            text of its first key, once. Deleting one deletes all that is kept of it.

              freshet tenants create books --set quota.users=200000 --set quota.items=50000
              freshet tenants list
              freshet tenants delete books
            """,
        subcommands: [Create.self, List.self, Delete.self]
    )

    /// `freshet tenants create`.
    struct Create: LiveCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a shop and show the text of its first key, once."
        )

        @Argument(help: "Its name: small letters, digits and hyphens.")
        var name: String

        @Option(
            name: .customLong("set"),
            help: ArgumentHelp(
                "Set something of its engine apart from the server's; may come more than once.",
                valueName: "key=value"
            )
        )
        var settings: [Assignment] = []

        @OptionGroup var serverOptions: ServerOptions
        @OptionGroup var output: OutputOptions

        func execute(_ console: Console) async throws {
            let values = try Assignment.dictionary(settings, option: "set").mapValues { JSONValue(text: $0) }
            let body: JSONValue = ["name": .string(name), "settings": JSONValue(sorting: values)]
            let made = try await serverOptions.withClient { client in
                // A second attempt would find the name taken, and the text of the key would be lost.
                try await client.deliver(
                    .POST,
                    "/v1/tenants",
                    body: ByteBuffer(string: body.text),
                    policy: .once
                ).decode(MadeTenant.self)
            }
            try console.result(made) { made.text }
            console.note("Keep it: it cannot be shown again. It may do everything in '\(name)', and nothing elsewhere.")
        }
    }

    /// `freshet tenants list`.
    struct List: LiveCommand {
        static let configuration = CommandConfiguration(abstract: "Show the shops there are, with their sizes.")

        @OptionGroup var serverOptions: ServerOptions
        @OptionGroup var output: OutputOptions

        func execute(_ console: Console) async throws {
            let list = try await serverOptions.withClient { client in
                try await client.deliver(.GET, "/v1/tenants", policy: .command).decode(TenantList.self)
            }
            try console.result(list) { list.words }
        }
    }

    /// `freshet tenants delete`.
    struct Delete: LiveCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a shop, and all that is kept of it.")

        @Argument(help: "Its name.")
        var name: String

        @OptionGroup var serverOptions: ServerOptions
        @OptionGroup var output: OutputOptions

        func execute(_ console: Console) async throws {
            let path = "/v1/tenants/" + (name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
            let receipt = try await serverOptions.withClient { client in
                try await client.deliver(.DELETE, path, policy: .command).decode(DeletedTenant.self)
            }
            try console.result(receipt) { receipt.words }
        }
    }
}

/// A shop that was just made.
private struct MadeTenant: Codable, Sendable {
    let text: String
}

/// How much a shop has.
struct TenantSize: Codable, Sendable {
    let events: Int
    let items: Int
    let users: Int
    let versions: Int
    let bytes: Int
    let waiting: Int
}

/// The shops there are.
private struct TenantList: Codable, Sendable {
    struct Tenant: Codable, Sendable {
        let name: String
        let state: String
        let size: TenantSize?
    }

    let tenants: [Tenant]

    var words: String {
        var table = ConsoleTable(header: ["name", "state", "events", "items", "users", "MB", "to learn"])
        for tenant in tenants {
            let numbers = tenant.size.map { size in
                [size.events, size.items, size.users, size.bytes / 1_000_000, size.waiting].map { Words.count($0) }
            }
            table.rows.append([tenant.name, tenant.state] + (numbers ?? Array(repeating: "", count: 5)))
        }
        return tenants.isEmpty ? "The server has no shop but its own." : table.text
    }
}

/// What was deleted with a shop.
struct DeletedTenant: Codable, Sendable {
    let name: String
    let deleted: TenantSize

    var words: String {
        let counts = [
            (deleted.events, "events"), (deleted.items, "items"), (deleted.users, "users"),
            (deleted.versions, "versions"), (deleted.bytes, "bytes"),
        ]
        return "Deleted \(name): " + counts.map { "\(Words.count($0.0)) \($0.1)" }.joined(separator: ", ") + "."
    }
}

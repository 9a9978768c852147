#if PostgreSQL
import ChildProcesses
import Foundation
import FreshetCore
import FreshetPostgres

/// A PostgreSQL server of the tests' own, on a socket in a folder that goes with it.
///
/// A shell that waits for its input to end stops the server and removes the folder, however the tests end.
final class PostgresServer: Sendable {
    /// What could not be started, and why.
    struct StartError: Error, CustomStringConvertible {
        let description: String
    }

    let folder: String
    private let programs: String
    private let keeper: ChildProcess
    /// The other end of the keeper's input.
    private let lifeline: Int32

    /// Makes a cluster and starts its server.
    ///
    /// - Parameter isDurable: whether a commit waits for the disk, as tests that kill the server need.
    /// - Throws: `StartError`.
    init(isDurable: Bool = false) throws {
        let folder = "/tmp/freshet-pg-\(UUID().uuidString.prefix(8))"
        let programs = try Self.output("pg_config", ["--bindir"])
        (self.folder, self.programs) = (folder, programs)
        let stop = (Self.user + ["\(programs)/pg_ctl", "-D", "\(folder)/data", "-m", "immediate", "stop"])
            .joined(separator: " ")
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw StartError(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        lifeline = ends[1]
        keeper = try ChildProcess(
            "/bin/sh",
            ["-c", "trap '' HUP INT TERM; read line; \(stop); rm -rf \(folder)"],
            in: "/",
            streams: (.descriptor(ends[0]), .null, .null)
        )
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if geteuid() == 0 { try Self.run("chown", ["postgres", folder]) }
        try run("initdb", ["-D", data, "-U", "freshet", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"])
        let settings = """
            listen_addresses = ''
            unix_socket_directories = '\(folder)'
            max_connections = 300
            shared_buffers = 64MB
            fsync = \(isDurable ? "on" : "off")
            """
        try settings.write(toFile: folder + "/settings", atomically: true, encoding: .utf8)
        try Self.run("cp", [folder + "/settings", data + "/postgresql.auto.conf"])
        if geteuid() == 0 { try Self.run("chown", ["postgres", data + "/postgresql.auto.conf"]) }
        try start()
    }

    deinit {
        close(lifeline)
        keeper.waitUntilExit()
    }

    /// The words before a program's that must not be root's: the server is whoever the system has for it then.
    private static var user: [String] {
        geteuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
    }

    private var data: String { folder + "/data" }

    /// The address of its database.
    var address: String { "host=\(folder) user=freshet dbname=postgres" }

    func start() throws { try run("pg_ctl", ["-D", data, "-l", folder + "/log", "-w", "-s", "start"]) }

    /// Stops it: `fast` breaks the connections, `immediate` is a crash.
    func stop(_ mode: String) throws { try run("pg_ctl", ["-D", data, "-m", mode, "-w", "-s", "stop"]) }

    /// Runs a statement; what it answers.
    @discardableResult
    func query(_ sql: String) throws -> String {
        try Self.output("\(programs)/psql", [address, "-X", "-A", "-t", "-c", sql])
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let words = Self.user + ["\(programs)/\(program)"] + arguments
        try Self.run(words[0], Array(words[1...]))
    }

    private static func run(_ program: String, _ arguments: [String]) throws { _ = try output(program, arguments) }

    /// Runs a program and reads what it prints.
    private static func output(_ program: String, _ arguments: [String]) throws -> String {
        let file = FileManager.default.temporaryDirectory.path + "/freshet-pg-\(UUID().uuidString)"
        defer { for path in [file, file + ".errors"] { try? FileManager.default.removeItem(atPath: path) } }
        let process = try ChildProcess(
            "/usr/bin/env",
            [program] + arguments,
            in: "/",
            streams: (.null, .file(file), .file(file + ".errors"))
        )
        let end = process.waitUntilExit()
        guard end.code == 0 else {
            let words = (try? String(contentsOfFile: file + ".errors", encoding: .utf8)) ?? ""
            throw StartError(description: "\(program) ended with \(end.code): \(words)")
        }
        return try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension PostgresServer {
    /// One for all tests that stop none, each of which has a schema of its own: to start one takes longer than the tests.
    static let shared = Result { try PostgresServer() }

    /// Opens a store in a schema.
    func open(
        _ schema: String,
        _ tenant: Tenant = .default,
        lease: PostgresStore.LeaseWish = .none,
        _ change: (inout PostgresConfiguration) -> Void = { _ in }
    ) throws -> PostgresStore {
        var configuration = PostgresConfiguration(address: address)
        configuration.schema = schema
        configuration.maximumReaders = 2
        change(&configuration)
        return try PostgresStore.open(configuration, tenant: tenant, lease: lease)
    }
}
#endif

import ChildProcesses
import Foundation
import Testing

/// The built `freshet`, run as a process of its own.
enum Executable {
    /// What a run left.
    struct Result {
        /// The exit code, or the signal's number when `isCrash`.
        let code: Int32
        /// Whether a signal ended the process.
        let isCrash: Bool
        let output: String
        let errors: String

        /// Standard output as a JSON object.
        func json() throws -> [String: Any] {
            let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
            return try #require(value as? [String: Any], "\(output)")
        }
    }

    /// The executable lies beside the one that runs the tests.
    static let path: String = {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let folders = [tests, URL(fileURLWithPath: CommandLine.arguments[0])].map { $0.deletingLastPathComponent() }
        let candidates = folders.map { $0.appendingPathComponent("freshet").path }
        return candidates.first(where: FileManager.default.isExecutableFile(atPath:)) ?? candidates[0]
    }()

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - arguments: the arguments.
    ///   - path: another executable.
    ///   - folder: the folder it runs in.
    /// - Returns: what it left.
    /// - Throws: when it cannot be started.
    static func run(
        _ arguments: [String],
        of path: String = Executable.path,
        in folder: TemporaryFolder
    ) throws -> Result {
        let process = try start(arguments, of: path, in: folder)
        return try result(of: process.waitUntilExit(), in: folder)
    }

    /// Starts it with its output in files of the folder, so that no pipe can fill.
    static func start(
        _ arguments: [String],
        of path: String = Executable.path,
        in folder: TemporaryFolder
    ) throws -> ChildProcess {
        try ChildProcess(
            path,
            arguments,
            in: folder.path,
            environment: ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"]
                .merging(ProcessInfo.processInfo.environment.filter { $0.key.contains("SAN_OPTIONS") }) { $1 },
            streams: (.null, .file(folder.path(".stdout")), .file(folder.path(".stderr")))
        )
    }

    /// What a process left that has ended.
    static func result(of end: ChildProcess.End, in folder: TemporaryFolder) throws -> Result {
        Result(
            code: end.code,
            isCrash: end.isSignal,
            output: try folder.read(".stdout"),
            errors: try folder.read(".stderr")
        )
    }
}

/// A folder of its own for a test, gone when the test ends.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("freshet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

    func write(_ bytes: Data, to name: String) throws { try bytes.write(to: URL(fileURLWithPath: path(name))) }

    func read(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// The names in the folder that tests did not put there for themselves.
    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// Runs `freshet` in this folder.
    @discardableResult
    func freshet(_ arguments: String...) throws -> Executable.Result {
        try Executable.run(arguments, in: self)
    }
}

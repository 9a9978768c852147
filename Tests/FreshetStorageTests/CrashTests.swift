import ChildProcesses
import Foundation
import FreshetCore
import FreshetData
import FreshetStorage
import Testing

@Suite struct CrashTests {
    /// Kills a process that writes, again and again, and looks at what it left.
    @Test(.timeLimit(.minutes(10)))
    func keepsWhatWasAcknowledged() async throws {
        let folder = try StorageFolder()
        var random = SystemRandomNumberGenerator()
        var acknowledged = Acknowledged()
        for round in 0..<20 {
            let lines = try Self.kill(round: round, after: .random(in: 0...60, using: &random), folder)
            acknowledged.add(lines)
            let store = try SQLiteStore.open(folder: folder.path("data"))
            try await acknowledged.check(store)
        }
        #expect(acknowledged.requests.count > 20, "too little was written to say anything")
    }

    /// Starts the process, waits until it writes, kills it, and returns its whole lines.
    private static func kill(round: Int, after milliseconds: Int, _ folder: StorageFolder) throws -> [[Substring]] {
        let output = folder.path("output\(round)")
        let process = try ChildProcess(
            try probe(),
            ["hammer", folder.path("data"), String(round)],
            streams: (.null, .file(output), .descriptor(STDERR_FILENO))
        )
        defer { process.send(SIGKILL) }
        for _ in 0..<3_000 where process.isRunning {
            if try lines(output).count > 0 { break }
            usleep(5_000)
        }
        usleep(UInt32(milliseconds) * 1000)
        process.send(SIGKILL)
        #expect(process.waitUntilExit().isSignal, "it ended by itself")
        return try lines(output)
    }

    private static func lines(_ path: String) throws -> [[Substring]] {
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        return text.split(separator: "\n").map { $0.split(separator: " ") }
    }

    /// The probe lies beside the executable that runs the tests.
    private static func probe() throws -> String {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let folders = [tests, URL(fileURLWithPath: CommandLine.arguments[0])].map { $0.deletingLastPathComponent() }
        let paths = folders.map { $0.appendingPathComponent("StorageProbe").path }
        return try #require(paths.first(where: FileManager.default.isExecutableFile(atPath:)))
    }
}

/// What a killed process had been told is durable.
private struct Acknowledged {
    /// How many events each request had.
    private(set) var requests: [String: Int] = [:]
    private var impressions: [String] = []

    mutating func add(_ lines: [[Substring]]) {
        for line in lines {
            if line.first == "events" { requests[String(line[1])] = Int(line[2]) }
            if line.first == "impression" { impressions.append(String(line[1])) }
        }
    }

    func check(_ store: SQLiteStore) async throws {
        var found: [String: [Int]] = [:]
        var sizes: [String: Int] = [:]
        for event in try store.events(after: 0, limit: .max) {
            let user = store.vocabulary.id(of: event.user)
            guard user != "busy" else { continue }
            found[user, default: []].append(Int(store.vocabulary.id(of: event.item).dropFirst()) ?? -1)
            sizes[user] = Int(event.value)
        }
        for (request, count) in requests {
            #expect(found[request] == Array(0..<count), "request \(request) of \(count) events")
        }
        // Those that were not acknowledged are there as a whole, or not at all.
        for (request, items) in found { #expect(items == Array(0..<(sizes[request] ?? 0)), "request \(request)") }
        if let (request, count) = requests.randomElement() {
            let again = (0..<count).map { Event(user: request, item: "i\($0)", id: "\(request)-\($0)") }
            #expect(try await store.append(again).duplicates == count)
        }
        for impression in impressions.suffix(50) { #expect(try await store.impression(impression) != nil) }
    }
}

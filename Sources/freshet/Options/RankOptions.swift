import ArgumentParser
import Foundation
import FreshetCluster
import FreshetCore

/// Which processes do a piece of work together.
///
/// Started by `mpirun`, they are those that it started. Otherwise `--ranks` alone starts the others on this machine, and
/// `--rank` and `--rendezvous` name one of several machines'. Each can come from the environment as well.
struct RankOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How many processes work together; each takes --threads of its own, or a thread a core.",
            valueName: "count"
        )
    )
    var ranks: Int?

    @Option(
        help: ArgumentHelp(
            "The number of this one, from 0, where others are started by hand; FRESHET_RANK unless given.",
            valueName: "number"
        )
    )
    var rank: Int?

    @Option(
        help: ArgumentHelp(
            "Where rank 0 listens and the others find it; FRESHET_RENDEZVOUS unless given.",
            valueName: "host:port"
        )
    )
    var rendezvous: String?

    func validate() throws {
        guard 1...1024 ~= count else { throw ValidationError("--ranks is \(count), but must be in 1...1024.") }
        guard count > 1 || (rank == nil && rendezvous == nil) else {
            throw ValidationError("--rank and --rendezvous go with --ranks, of 2 or more.")
        }
        guard rendezvous == nil || ownRank != nil else {
            throw ValidationError("--rendezvous goes with --rank; --ranks alone starts the others on this machine.")
        }
    }

    /// How many processes there are.
    var count: Int { Self.number("OMPI_COMM_WORLD_SIZE") ?? ranks ?? Self.number("FRESHET_RANKS") ?? 1 }

    /// The number of this one; `nil` where it is to start the others.
    private var ownRank: Int? { Self.number("OMPI_COMM_WORLD_RANK") ?? rank ?? Self.number("FRESHET_RANK") }

    /// Whether this process writes and answers.
    var isFirst: Bool { count == 1 || ownRank ?? 0 == 0 }

    /// Brings the processes together.
    ///
    /// - Returns: the ranks; `nil` where this process works alone.
    /// - Throws: ``FreshetError`` when they do not come together.
    func join() throws -> JoinedRanks? {
        guard count > 1 else { return nil }
        if Self.number("OMPI_COMM_WORLD_SIZE") != nil { return try Self.startedByMPI() }
        let environment = ProcessInfo.processInfo.environment
        let job = environment["FRESHET_JOB"] ?? ""
        let address = try (rendezvous ?? environment["FRESHET_RENDEZVOUS"]).map { try RankAddress($0) }
        guard let rank = ownRank else { return try JoinedRanks(startingOthersOf: count) }
        guard let address, 0..<count ~= rank else {
            throw FreshetError(
                .usage,
                "Rank \(rank) of \(count) cannot take part\(address == nil ? " without an address" : "").",
                remedy: "Give --ranks, a --rank below it, and the same --rendezvous to each."
            )
        }
        let collective =
            rank == 0
            ? try Rendezvous(at: address).gather(count, job: job)
            : try Rendezvous.join(rank, of: count, at: address, job: job)
        return JoinedRanks(collective)
    }

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap(Int.init)
    }

    private static func startedByMPI() throws -> JoinedRanks {
        #if Cluster
        let collective = try MPICollective()
        return JoinedRanks(collective, atTheEnd: collective.finish)
        #else
        throw FreshetError(
            .usage,
            "This build cannot work under mpirun.",
            remedy: "Build with --traits Cluster, or leave mpirun out and give --ranks."
        )
        #endif
    }
}

/// The ranks that this process works with, and those that it started itself.
final class JoinedRanks {
    /// The ranks.
    let collective: any Collective
    private var children: [(rank: Int, process: Process)] = []
    private let atTheEnd: () throws -> Void

    init(_ collective: any Collective, atTheEnd: @escaping () throws -> Void = {}) {
        self.collective = collective
        self.atTheEnd = atTheEnd
    }

    /// Starts the other ranks on this machine, each with the arguments of this process, which is rank 0.
    init(startingOthersOf ranks: Int) throws {
        let rendezvous = try Rendezvous(at: RankAddress(host: "127.0.0.1", port: 0))
        let job = UUID().uuidString
        var children: [(rank: Int, process: Process)] = []
        do {
            for rank in 1..<ranks {
                children.append((rank, try Self.start(rank, of: ranks, at: rendezvous.address, job: job)))
            }
            collective = try rendezvous.gather(ranks, job: job) { try Self.checkAlive(children) }
        } catch let error {
            for child in children where child.process.isRunning { child.process.terminate() }
            throw error
        }
        self.children = children
        atTheEnd = {}
    }

    deinit {
        // Whoever is left lost this rank.
        for child in children where child.process.isRunning { child.process.terminate() }
    }

    /// Ends the common work, which went well, or which all stopped together.
    func finish() throws {
        try atTheEnd()
        for child in children { child.process.waitUntilExit() }
    }

    /// Ends the common work when all ranks stopped it together, which is what `error` says.
    func finish(after error: FreshetError) throws {
        if error.kind == .cancelled { try finish() }
    }

    private static func checkAlive(_ children: [(rank: Int, process: Process)]) throws {
        guard let ended = children.first(where: { !$0.process.isRunning }) else { return }
        throw FreshetError(
            .external,
            "Rank \(ended.rank) ended with code \(ended.process.terminationStatus) before the work began.",
            remedy: "Look at what it said."
        )
    }

    private static func start(_ rank: Int, of ranks: Int, at address: RankAddress, job: String) throws -> Process {
        let process = Process()
        process.executableURL =
            Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments.first ?? "freshet")
        process.arguments = Array(CommandLine.arguments.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging([
            "FRESHET_RANK": String(rank), "FRESHET_RANKS": String(ranks), "FRESHET_RENDEZVOUS": "\(address)",
            "FRESHET_JOB": job,
        ]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        do {
            try process.run()
        } catch let error {
            throw FreshetError(
                .external,
                "Rank \(rank) cannot be started: \(error.localizedDescription)",
                remedy: "Start each rank by hand with --rank and --rendezvous."
            )
        }
        return process
    }
}

import Dispatch
import Foundation
import FreshetCluster
import FreshetCore
import Synchronization

/// The ranks of a job as threads of a test, which speak over sockets of this machine.
public enum RankThreads {
    /// Runs a body as each of some ranks.
    ///
    /// - Parameters:
    ///   - ranks: how many; one works alone, without a socket.
    ///   - body: what a rank does.
    /// - Returns: what each returned, in their order.
    /// - Throws: what the first of them that failed threw.
    public static func run<Value: Sendable>(
        _ ranks: Int,
        _ body: @escaping @Sendable (any Collective) throws -> Value
    ) throws -> [Value] {
        guard ranks > 1 else { return [try body(SingleRank())] }
        return try results(of: ranks, body).map { try $0.get() }
    }

    /// Runs a body as each of some ranks, and tells how each ended.
    public static func results<Value: Sendable>(
        of ranks: Int,
        patience: Rendezvous.Patience = Rendezvous.Patience(),
        _ body: @escaping @Sendable (any Collective) throws -> Value
    ) throws -> [Result<Value, any Error>] {
        let rendezvous = try Rendezvous(at: RankAddress(host: "127.0.0.1", port: 0))
        return inThreads(ranks) { rank in
            let collective: any Collective =
                rank == 0
                ? try rendezvous.gather(ranks, job: "test", patience: patience)
                : try Rendezvous.join(rank, of: ranks, at: rendezvous.address, job: "test", patience: patience)
            return try body(collective)
        }
    }

    /// Calls a body in a number of threads of its own, counted from 0, and tells how each ended.
    public static func inThreads<Value: Sendable>(
        _ count: Int,
        _ body: @escaping @Sendable (Int) throws -> Value
    ) -> [Result<Value, any Error>] {
        let ends = Ends<Value>()
        let group = DispatchGroup()
        for number in 0..<count {
            group.enter()
            let thread = Thread {
                let end = Result<Value, any Error> { try body(number) }
                ends.byThread.withLock { $0[number] = end }
                group.leave()
            }
            thread.stackSize = 4 << 20
            thread.start()
        }
        group.wait()
        return ends.byThread.withLock { ends in (0..<count).compactMap { ends[$0] } }
    }

    private final class Ends<Value: Sendable>: Sendable {
        let byThread = Mutex<[Int: Result<Value, any Error>]>([:])
    }
}

#if Cluster
import COpenMPI
import FreshetCore
import Synchronization

/// Ranks that `mpirun` started, which speak through Open MPI.
///
/// A rank that ends without ``finish()`` ends the job: `mpirun` stops the others.
public final class MPICollective: Collective {
    /// The number of this process.
    public let rank: Int
    /// How many processes there are.
    public let ranks: Int

    /// MPI is called from one thread at a time.
    private let calls = Mutex(())

    /// Takes part in the job that `mpirun` started; without it, in a job of one.
    /// - Throws: ``FreshetError`` of kind `external`.
    public init() throws {
        var (rank, ranks): (Int32, Int32) = (0, 0)
        guard freshet_mpi_start(&rank, &ranks) == 0 else { throw Self.failure("start") }
        (self.rank, self.ranks) = (Int(rank), Int(ranks))
    }

    /// Leaves the job once all have come here, after which no operation works.
    /// - Throws: ``FreshetError`` of kind `external`.
    public func finish() throws {
        try calls.withLock { _ in
            guard freshet_mpi_finish() == 0 else { throw Self.failure("end") }
        }
    }

    /// Sends a message to every rank and receives one from every rank, all at the same time.
    public func exchange(_ messages: [[UInt8]]) throws -> [[UInt8]] {
        precondition(messages.count == ranks, "\(messages.count) messages for \(ranks) ranks")
        return try calls.withLock { _ in
            let lengths = messages.map { Int64($0.count) }
            var expected = [Int64](repeating: 0, count: ranks)
            guard freshet_mpi_exchange_lengths(lengths, &expected) == 0 else { throw Self.failure("go on") }
            var received = expected.map { [UInt8](repeating: 0, count: Int($0)) }
            let sources = messages.map { UnsafeRawPointer(Self.pinned($0)) }
            let targets = expected.map { UnsafeMutableRawPointer.allocate(byteCount: max(Int($0), 1), alignment: 16) }
            defer {
                for source in sources { source.deallocate() }
                for target in targets { target.deallocate() }
            }
            let code = freshet_mpi_exchange(
                Int32(rank),
                Int32(ranks),
                sources.map(Optional.some),
                lengths,
                targets.map(Optional.some),
                expected
            )
            guard code == 0 else { throw Self.failure("go on") }
            for (place, target) in targets.enumerated() {
                received[place].withUnsafeMutableBytes {
                    $0.copyMemory(from: UnsafeRawBufferPointer(start: target, count: $0.count))
                }
            }
            received[rank] = messages[rank]
            return received
        }
    }

    /// A copy of a message that stays where it is.
    private static func pinned(_ message: [UInt8]) -> UnsafeMutableRawPointer {
        let copy = UnsafeMutableRawPointer.allocate(byteCount: max(message.count, 1), alignment: 16)
        message.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: copy, count: $0.count).copyMemory(from: $0) }
        return copy
    }

    private static func failure(_ what: String) -> FreshetError {
        FreshetError(
            .external,
            "Open MPI cannot \(what): a rank is lost, or its installation is not complete.",
            remedy: "Look at what mpirun says; with --resume a new job goes on from the last checkpoint."
        )
    }
}
#endif

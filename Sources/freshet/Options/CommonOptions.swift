import ArgumentParser
import FreshetTensor

/// The options of every command.
struct CommonOptions: ParsableArguments {
    private static let mostThreads = 512

    @Flag(help: "Write the result as one JSON object.")
    var json = false

    @Flag(name: .shortAndLong, help: "Leave out notes and progress.")
    var quiet = false

    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 1

    @Option(help: "How many threads work; one a core unless given.")
    var threads: Int?

    func validate() throws {
        if let threads, !(1...Self.mostThreads).contains(threads) {
            throw ValidationError("--threads is \(threads), but must be in 1...\(Self.mostThreads).")
        }
    }

    /// The threads.
    func makePool() -> ThreadPool { ThreadPool(threads: threads) }
}

import ArgumentParser
import Foundation
import FreshetCluster
import FreshetCore
import FreshetNN
import FreshetTensor

/// `freshet bench-table`: steps of a table of vectors whose rows are divided among ranks.
struct BenchTable: FreshetCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-table",
        abstract: "Look up and change rows of a large table that ranks hold in parts, and measure time and memory.",
        discussion: """
            A step looks up random rows, some often and most seldom, and makes AdamW's step on them. With one rank and \
            with several the table ends in the same numbers, which the checksum shows.

              freshet bench-table --rows 2000000 --columns 64 --json
              freshet bench-table --rows 2000000 --columns 64 --ranks 2 --json
            """,
        shouldDisplay: false
    )

    @Option(help: "Rows of the whole table.")
    var rows = 2_000_000

    @Option(help: "Numbers of a row.")
    var columns = 64

    @Option(help: "Steps.")
    var steps = 50

    @Option(help: "Rows of each share of a step, repeats included.")
    var touched = 8192

    @Option(help: "Shares of a step: as many as there are ranks, or all of them for one rank.")
    var shares = 2

    @OptionGroup var ranks: RankOptions
    @OptionGroup var common: CommonOptions

    /// What was measured.
    struct Report: Encodable {
        let ranks: Int
        let rowsHeld: [Int]
        let peakMemoryBytes: [Int]
        let secondsOfMaking: Double
        let secondsPerStep: Double
        let checksum: Int

        var words: String {
            """
            \(Words.count(ranks)) ranks hold \(rowsHeld.map(Words.count).joined(separator: " and ")) rows in \
            \(peakMemoryBytes.map(Words.bytes).joined(separator: " and ")) at most. A step takes \
            \(Words.duration(secondsPerStep)). Checksum \(checksum).
            """
        }
    }

    func validate() throws {
        let limits = [("rows", rows, 100_000_000), ("columns", columns, 4096), ("steps", steps, 1_000_000)]
        for (name, value, most) in limits where !(1...most).contains(value) {
            throw ValidationError("--\(name) is \(value), but must be in 1...\(most).")
        }
        guard ranks.count == 1 || ranks.count == shares else {
            throw ValidationError("--ranks is \(ranks.count), but must be 1 or the \(shares) of --shares.")
        }
    }

    func execute(_ console: Console) throws {
        let joined = try ranks.join()
        let report = try measure(joined?.collective ?? SingleRank(), common.makePool())
        try joined?.finish()
        if ranks.isFirst { try console.result(report) { report.words } }
    }

    private func measure(_ collective: any Collective, _ pool: ThreadPool) throws -> Report {
        let clock = ContinuousClock()
        let began = clock.now
        let table = ShardedTable(
            rows: rows,
            columns: columns,
            deviation: 0.05,
            seed: common.seed,
            over: collective
        )
        let made = clock.now
        let own = collective.ranks == 1 ? Array(0..<shares) : [collective.rank]
        for step in 0..<steps {
            let wanted = own.flatMap { rowsOfShare($0, step: step) }
            // Each row is drawn towards a number of its own.
            let gradients = try table.lookUp(wanted).enumerated().map { place, value in
                value - Float(wanted[place / columns] % 97) / 97
            }
            try table.step(wanted, gradients, rate: 0.01, pool: pool)
        }
        let ended = clock.now
        let looked = try table.lookUp((0..<min(steps, 20)).flatMap { rowsOfShare(0, step: $0) })
        let figures = try collective.gather(numbers: [Int64(table.held.count), Int64(PeakMemory.bytes)])
        return Report(
            ranks: collective.ranks,
            rowsHeld: figures.map { Int($0[0]) },
            peakMemoryBytes: figures.map { Int($0[1]) },
            secondsOfMaking: began.duration(to: made) / .seconds(1),
            secondsPerStep: made.duration(to: ended) / .seconds(1) / Double(steps),
            checksum: Int(looked.withUnsafeBytes { Checksum.crc32($0, after: 0) })
        )
    }

    /// As popular as items are: the cube of a uniform number.
    private func rowsOfShare(_ share: Int, step: Int) -> [Int32] {
        var random = RandomSource.stream(seed: common.seed, UInt64(step * shares + share))
        return (0..<touched).map { _ in
            let number = random.uniform()
            return Int32(min(Int(number * number * number * Float(rows)), rows - 1))
        }
    }
}

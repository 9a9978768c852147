import FreshetCore
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetCluster

@Suite struct SumTests {
    private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in random.normal() }
    }

    @Test(arguments: 1...4, [0, 1, 5, 1001]) func sumsAreTakenInTheOrderOfTheRanks(ranks: Int, count: Int) throws {
        let results = try RankThreads.run(ranks) { collective in
            var sums = Self.numbers(count, seed: UInt64(collective.rank))
            try SumOverRanks(collective)(&sums)
            return sums
        }
        var wanted = Self.numbers(count, seed: 0)
        for rank in 1..<max(ranks, 1) {
            for (place, number) in Self.numbers(count, seed: UInt64(rank)).enumerated() { wanted[place] += number }
        }
        #expect(results.allSatisfy { $0 == wanted })
    }

    @Test(arguments: [WireFormat.bfloat16, .int8, .largest(share: 0.1)])
    func whatDoesNotTravelComesLater(format: WireFormat) throws {
        let (ranks, count, rounds) = (3, 700, 60)
        let results = try RankThreads.run(ranks) { collective in
            let sum = SumOverRanks(collective, as: format)
            var totals = [Double](repeating: 0, count: count)
            for _ in 0..<rounds {
                var numbers = Self.numbers(count, seed: UInt64(collective.rank))
                try sum(&numbers)
                for place in totals.indices { totals[place] += Double(numbers[place]) }
            }
            return totals
        }
        #expect(results.allSatisfy { $0 == results[0] }, "every rank has the same bits")
        // With feedback the error of all rounds together stays that of a few; bfloat16 rounds to within 1/256 each time.
        let slack = format == .bfloat16 ? 0.05 : format == .int8 ? 0.005 : 1.2
        for place in 0..<count {
            let wanted = (0..<ranks).reduce(0.0) { $0 + Double(Self.numbers(count, seed: UInt64($1))[place]) }
            let error = abs(results[0][place] / Double(rounds) - wanted)
            #expect(error < slack, "place \(place)")
        }
    }

    @Test func formsAreWhatTheySay() throws {
        let numbers = Self.numbers(1000, seed: 4)
        func coded(_ format: WireFormat) throws -> (size: Int, numbers: [Float]) {
            let bytes = numbers.withUnsafeBufferPointer(format.encode)
            return (bytes.count, try format.decode(bytes, count: numbers.count, from: 0))
        }
        let exact = try coded(.float32)
        #expect(exact.size == 4000 && exact.numbers == numbers)
        let half = try coded(.bfloat16)
        #expect(half.size == 2000 && zip(half.numbers, numbers).allSatisfy { abs($0 - $1) <= abs($1) / 256 })
        let bytes = try coded(.int8)
        let largest = numbers.map(abs).max() ?? 0
        #expect(bytes.size == 1016 && zip(bytes.numbers, numbers).allSatisfy { abs($0 - $1) <= largest / 253 })
        let few = try coded(.largest(share: 0.02))
        let edge = numbers.map(abs).sorted(by: >)[19]
        #expect(few.size == 160 && zip(few.numbers, numbers).allSatisfy { $0 == (abs($1) >= edge ? $1 : 0) })
        let broken = [Float.nan, .infinity, 1].withUnsafeBufferPointer(WireFormat.int8.encode)
        #expect(try WireFormat.int8.decode(broken, count: 3, from: 0).contains { !$0.isFinite })
        #expect(throws: FreshetError.self) { try WireFormat.bfloat16.decode([1, 2, 3], count: 1, from: 0) }
        #expect(throws: FreshetError.self) {
            try WireFormat.largest(share: 1).decode([9, 0, 0, 0, 0, 0, 0, 0], count: 1, from: 0)
        }
        for format in [WireFormat.float32, .bfloat16, .int8, .largest(share: 0.25)] {
            #expect(try WireFormat(format.name) == format)
        }
        for text in ["", "int4", "top-k:", "top-k:0", "top-k:2"] {
            #expect(throws: FreshetError.self) { try WireFormat(text) }
        }
    }

    /// The gradients of one worker: dense ones, and some rows of a table, some of them twice.
    private static func gradients(_ set: ParameterSet, seed: UInt64) -> Gradients {
        let gradients = Gradients(for: set)
        let dense = numbers(12, seed: seed)
        _ = UnsafeMutableBufferPointer(start: gradients.dense(set.parameters[0]), count: 12).update(from: dense)
        let rows = (0..<5).map { Int32((3 * $0 + Int(seed)) % 9) }
        rows.withUnsafeBufferPointer {
            gradients.add(numbers(5 * 3, seed: seed + 100), toRows: $0, of: set.parameters[1])
        }
        return gradients
    }

    private static func network() -> ParameterSet {
        let set = ParameterSet()
        var random = RandomSource(seed: 1)
        _ = set.make("dense", rows: 3, columns: 4, .normal(1), using: &random)
        _ = set.make("table", rows: 9, columns: 3, .normal(1), layout: .rows, using: &random)
        _ = set.make("frozen", columns: 2, .normal(1), layout: .frozen, using: &random)
        return set
    }

    private static func list(_ gradients: Gradients, _ set: ParameterSet) -> [[Float]] {
        let rows = gradients.rows(set.parameters[1])
        return [Array(UnsafeBufferPointer(start: gradients.dense(set.parameters[0]), count: 12))]
            + rows.touched.enumerated().map { slot, row in
                [Float(row)] + UnsafeBufferPointer(start: rows.gradient(atSlot: slot), count: 3)
            }
    }

    @Test(arguments: 1...4) func ranksAddGradientsAsWorkersDo(ranks: Int) throws {
        let results = try RankThreads.run(ranks) { collective in
            let set = Self.network()
            let gradients = Self.gradients(set, seed: UInt64(collective.rank))
            let figures = try GradientExchange(set, over: collective)(gradients, with: [1, Double(collective.rank)])
            return (Self.list(gradients, set), figures)
        }
        let set = Self.network()
        let workers = (0..<ranks).map { Self.gradients(set, seed: UInt64($0)) }
        Gradients.merge(workers, pool: ThreadPool(threads: 1))
        for (gradients, figures) in results {
            #expect(gradients == Self.list(workers[0], set))
            #expect(figures == [Double(ranks), Double(ranks * (ranks - 1) / 2)])
        }
    }

    @Test(arguments: [(Float(1), Float(0)), (0.7, 0.9)])
    func meetingsMoveAllToCommonWeights(rate: Float, momentum: Float) throws {
        let (ranks, meetings) = (3, 4)
        @Sendable func drift(_ rank: Int, _ meeting: Int) -> [Float] {
            Self.numbers(12 + 27, seed: UInt64(10 * rank + meeting))
        }
        let results = try RankThreads.run(ranks) { collective in
            let set = Self.network()
            var settings = LocalSteps.Settings()
            (settings.steps, settings.rate, settings.momentum) = (8, rate, momentum)
            var local = LocalSteps(set, over: collective, settings)
            for meeting in 0..<meetings {
                let changes = drift(collective.rank, meeting)
                for (parameter, start) in [(set.parameters[0], 0), (set.parameters[1], 12)] {
                    for place in 0..<parameter.count { parameter.values[place] += changes[start + place] }
                }
                local.begin(at: meeting)
                _ = try local.end()
                // Going on from a checkpoint changes nothing.
                let checkpoint = Checkpoint(arrays: local.arrays)
                local = LocalSteps(set, over: collective, settings)
                try local.restore(checkpoint)
            }
            return set.parameters.map { Array($0.values) }
        }
        #expect(results.allSatisfy { $0 == results[0] })
        let start = Self.network().parameters.map { Array($0.values) }
        #expect(results[0][2] == start[2], "frozen")
        var wanted = (start[0] + start[1]).map(Double.init)
        var velocity = wanted.map { _ in 0.0 }
        for meeting in 0..<meetings {
            for place in wanted.indices {
                let mean = (0..<ranks).reduce(0.0) { $0 + Double(drift($1, meeting)[place]) } / Double(ranks)
                velocity[place] = Double(momentum) * velocity[place] - mean
                wanted[place] -= Double(rate) * (-mean + Double(momentum) * velocity[place])
            }
        }
        let errors = zip(results[0][0] + results[0][1], wanted).map { abs(Double($0) - $1) }
        #expect(errors.allSatisfy { $0 < 1e-4 })
        var settings = LocalSteps.Settings()
        settings.rate = 0
        #expect(throws: FreshetError.self) { try settings.validate() }
        (settings.rate, settings.lateSteps) = (1, 1)
        #expect(throws: FreshetError.self) { try settings.validate() }
    }

    /// Each rank adds its number plus 1 to all weights before a meeting, and ten times that while it goes on.
    @Test func aLateMeetingKeepsWhatWasLearnedMeanwhile() throws {
        let results = try RankThreads.run(3) { collective in
            let set = Self.network()
            let local = LocalSteps(set, over: collective, LocalSteps.Settings())
            let own = Float(collective.rank + 1)
            func learn(_ change: Float) {
                for parameter in set.parameters[0...1] {
                    for place in 0..<parameter.count { parameter.values[place] += change }
                }
            }
            learn(own)
            local.begin(at: 1, with: [Double(own)])
            learn(10 * own)
            let figures = try local.end()
            let afterOne = Array(set.parameters[0].values)
            local.begin(at: 2)
            _ = try local.end()
            return (figures, afterOne, Array(set.parameters[0].values))
        }
        let start = Self.network().parameters.map { Array($0.values) }[0]
        for (rank, result) in results.enumerated() {
            #expect(result.0 == [6])
            // The mean of 1, 2 and 3, and this rank's own; then the mean of 10, 20 and 30 as well.
            #expect(zip(result.1, start).allSatisfy { abs($0 - $1 - 2 - 10 * Float(rank + 1)) < 1e-4 })
            #expect(zip(result.2, start).allSatisfy { abs($0 - $1 - 22) < 1e-4 })
            #expect(result.2 == results[0].2)
        }
    }

    @Test(arguments: 2...3) func aShardedTableIsOneTable(ranks: Int) throws {
        let (rows, columns) = (23, 4)
        let touched: [[Int32]] = [[0, 22, 7, 7], [7, 11, 1], [22, 12]]
        @Sendable func make(_ ranks: any Collective) -> ShardedTable {
            ShardedTable(rows: rows, columns: columns, deviation: 0.5, seed: 3, over: ranks, weightDecay: 0.1)
        }
        /// Some steps of the table, each rank with its part of what is touched; the rows in the end.
        @Sendable func learned(_ collective: any Collective, _ parts: [[Int32]]) throws -> (held: Int, rows: [Float]) {
            let table = make(collective)
            for step in 0..<5 {
                let mine = parts[collective.rank]
                let gradients = try table.lookUp(mine).enumerated().map { $1 - Float(($0 + step) % 3) }
                try table.step(mine, gradients, rate: 0.05, pool: ThreadPool(threads: 1))
            }
            return (table.held.count, try table.lookUp((0..<Int32(rows)).reversed()))
        }
        let parts = ranks == 2 ? [touched[0], touched[1] + touched[2]] : touched
        let together = try RankThreads.run(ranks) { try learned($0, parts) }
        #expect(together.map(\.held).reduce(0, +) == rows)
        #expect(together.allSatisfy { $0.held <= (rows + ranks - 1) / ranks })
        // One rank computes the parts' gradients apart, since their places decide them.
        let table = make(SingleRank())
        for step in 0..<5 {
            let gradients = try parts.flatMap { part in
                try table.lookUp(part).enumerated().map { $1 - Float(($0 + step) % 3) }
            }
            try table.step(parts.flatMap { $0 }, gradients, rate: 0.05, pool: ThreadPool(threads: 1))
        }
        let wanted = try table.lookUp((0..<Int32(rows)).reversed())
        #expect(together.allSatisfy { $0.rows == wanted })
    }
}

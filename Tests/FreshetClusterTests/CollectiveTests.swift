import Dispatch
import FreshetCore
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetCluster

/// What every transport has to do; here sockets, and one process alone.
@Suite struct CollectiveTests {
    @Test(arguments: 1...4) func everyRankGetsWhatIsMeantForIt(ranks: Int) throws {
        // Lengths from none to more than a socket holds at once.
        let lengths = [0, 1, 3, 70_001, 3_000_001]
        let received = try RankThreads.run(ranks) { collective in
            try lengths.map { length in
                try collective.exchange(
                    (0..<ranks).map { other in
                        Array(repeating: UInt8(16 * collective.rank + other), count: length + other)
                    }
                )
            }
        }
        for rank in 0..<ranks {
            for (place, length) in lengths.enumerated() {
                let wanted = (0..<ranks).map { Array(repeating: UInt8(16 * $0 + rank), count: length + rank) }
                #expect(received[rank][place] == wanted, "rank \(rank), \(length) bytes")
            }
        }
    }

    @Test(arguments: 1...4) func whatIsMadeOfExchanges(ranks: Int) throws {
        let results = try RankThreads.run(ranks) { collective in
            var sums = [Double(collective.rank + 1), 0.5]
            try collective.sum(&sums)
            try collective.barrier()
            let last = try collective.broadcast([UInt8(collective.rank), 7], from: ranks - 1)
            let lists = try collective.gather(numbers: Array(repeating: Int32(collective.rank), count: collective.rank))
            return (sums, last, lists)
        }
        for (sums, last, lists) in results {
            #expect(sums == [Double(ranks * (ranks + 1) / 2), 0.5 * Double(ranks)])
            #expect(last == [UInt8(ranks - 1), 7])
            #expect(lists == (0..<ranks).map { Array(repeating: Int32($0), count: $0) })
        }
        for count in [0, 1, 7, 1000] {
            let parts = (0..<ranks).flatMap { SomeRank(ranks: ranks).part(of: count, for: $0) }
            #expect(parts == Array(0..<count))
        }
    }

    @Test func aLostRankIsAnErrorOnAllOthers() throws {
        let ends = try RankThreads.results(of: 4) { collective in
            try collective.barrier()
            guard collective.rank != 2 else { return }
            let big = [[UInt8]](repeating: Array(repeating: 1, count: 1 << 20), count: 4)
            let first = #expect(throws: FreshetError.self) { _ = try collective.exchange(big) }
            #expect(first?.kind == .external && first?.message.contains("Rank ") == true)
            #expect(throws: FreshetError.self) { try collective.barrier() }
        }
        #expect(ends.count == 4 && ends.allSatisfy { (try? $0.get()) != nil })
    }

    @Test func ranksThatDoDifferentThingsNotice() throws {
        let ends = try RankThreads.results(of: 2) { collective in
            var numbers = Array(repeating: 1.0, count: collective.rank + 1)
            try collective.sum(&numbers)
        }
        let errors = ends.compactMap { end in if case .failure(let error as FreshetError) = end { error } else { nil } }
        #expect(errors.count == 2 && errors.allSatisfy { $0.remedy?.contains("same") == true })
    }

    @Test func whoIsNoRankIsSentAway() throws {
        let rendezvous = try Rendezvous(at: RankAddress(host: "127.0.0.1", port: 0))
        let deadline = ContinuousClock.now + .seconds(60)
        let intruder = try Socket.connected(to: rendezvous.address, until: deadline)
        let garbage = Array("GET / HTTP/1.1\r\nHost: nobody.example\r\n\r\n".utf8)
        #expect(garbage.withUnsafeBytes { intruder.write($0[...]) } == garbage.count)
        let short = try Socket.connected(to: rendezvous.address, until: deadline)
        short.shutDown()
        let liar = try Socket.connected(to: rendezvous.address, until: deadline)
        try liar.send(.hello, [1, 2, 3], until: deadline)
        let ends = RankThreads.inThreads(4) { number in
            switch number {
            case 0: try rendezvous.gather(2, job: "ours").sumOfRanks()
            // Before the rank of the job, so that the job is still open.
            case 1:
                try refusals.map { ranks, rank, job -> Int in
                    let error = #expect(throws: FreshetError.self) {
                        _ = try Rendezvous.join(rank, of: ranks, at: rendezvous.address, job: job)
                    }
                    return error?.message.contains("refused") == true ? 1 : 0
                }.reduce(0, +) + Int(Rendezvous.join(1, of: 2, at: rendezvous.address, job: "ours").sumOfRanks())
            default: 0
            }
        }
        #expect(try ends.map { try $0.get() } == [1, 3, 0, 0])
    }

    private let refusals = [(2, 1, "theirs"), (3, 1, "ours")]

    @Test func missingRanksAreNamed() throws {
        var patience = Rendezvous.Patience()
        patience.joining = .milliseconds(50)
        let rendezvous = try Rendezvous(at: RankAddress(host: "127.0.0.1", port: 0))
        let error = #expect(throws: FreshetError.self) { _ = try rendezvous.gather(3, patience: patience) }
        #expect(error?.message.contains("1, 2") == true)
        #expect(throws: FreshetError.self) { try Rendezvous(at: rendezvous.address) }
    }

    @Test func aSilentRankIsNotWaitedForWithoutEnd() throws {
        var patience = Rendezvous.Patience()
        patience.silence = .milliseconds(50)
        let (release, waiting) = (DispatchSemaphore(value: 0), 2)
        let ends = try RankThreads.results(of: waiting, patience: patience) { collective in
            guard collective.isFirst else { return release.wait() }
            defer { release.signal() }
            let error = #expect(throws: FreshetError.self) { try collective.barrier() }
            #expect(error?.message.contains("silent") == true)
        }
        #expect(ends.count == waiting)
    }

    @Test func framesAreChecked() throws {
        let frame = Frame(.message, number: 7, length: 70_000)
        #expect(Frame(header: frame.header) == frame)
        for (place, value) in [(0, UInt8(0)), (4, 9), (6, 99), (22, 255)] {
            var header = frame.header
            header[place] = value
            #expect(Frame(header: header) == nil, "byte \(place)")
        }
        #expect(Frame(header: []) == nil)
        #expect(throws: FreshetError.self) { try RankAddress("somewhere") }
        #expect(throws: FreshetError.self) { try RankAddress("somewhere:70000") }
        #expect(try RankAddress("a.example:1") == RankAddress(host: "a.example", port: 1))
    }

    @Test func weightsAndCheckpointsAreShared() throws {
        let results = try RankThreads.run(3) { collective in
            let set = ParameterSet()
            var random = RandomSource(seed: 1)
            let weight = set.make("w", rows: 3, columns: 5, .normal(1), using: &random)
            try collective.checkEqual(set, at: 1)
            let mine = collective.isFirst ? Checkpoint(arrays: set.arrays(), metadata: ["a": "b"]) : nil
            let shared = try collective.share(mine)
            #expect(try collective.share(nil) == nil)
            let own = ["x": StoredArray([Float(collective.rank), 3]), "n": StoredArray([Int64(4)])]
            let means = try collective.average(own)
            #expect(means["x"]?.numbers(of: Float.self) == [1, 3] && means["n"]?.numbers(of: Int64.self) == [4])
            if collective.rank == 2 { weight.values[14] += 1 }
            let error = #expect(throws: FreshetError.self) { try collective.checkEqual(set, at: 2) }
            #expect(error?.message.contains("ranks 2") == true)
            return shared
        }
        #expect(results.allSatisfy { $0 == results[0] && $0?.metadata == ["a": "b"] })
    }
}

/// Only as many ranks.
private final class SomeRank: Collective {
    let rank = 0
    let ranks: Int
    init(ranks: Int) { self.ranks = ranks }
    func exchange(_ messages: [[UInt8]]) throws -> [[UInt8]] { messages }
}

extension Collective {
    /// The sum of the ranks' numbers.
    fileprivate func sumOfRanks() throws -> Int {
        var numbers = [Double(rank)]
        try sum(&numbers)
        return Int(numbers[0])
    }
}

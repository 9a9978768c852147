import Foundation
import FreshetTensor
import Testing

@testable import FreshetExperiments

@Suite("Interleaving")
struct InterleavingTests {
    /// Coins that fall as they are told.
    private struct Coins: RandomNumberGenerator {
        var falls: [Bool]
        mutating func next() -> UInt64 { falls.removeFirst() ? .max : 0 }
    }

    /// The four lists that A 1,2,3 and B 2,3,1 make, one for each way that two coins fall.
    @Test func teamDraftMakesTheFourLists() {
        var lists: Set<String> = []
        for bits in 0..<4 {
            var coins = Coins(falls: [bits & 1 == 1, bits & 2 == 2])
            let merged = Interleaving.teamDraft.merge([[1, 2, 3], [2, 3, 1]], count: 3, random: &coins)
            lists.insert(merged.map { "\($0.item)" }.joined() + "/" + merged.map { "AB".at($0.team) }.joined())
        }
        #expect(lists == ["123/ABA", "123/ABB", "213/BAA", "213/BAB"])
    }

    /// The chances that mpkato/interleaving tests for, decay 3 and no item twice.
    @Test func probabilisticMakesListsWithTheirChances() {
        var random = RandomSource(seed: 1)
        var counts: [String: Int] = [:]
        let draws = 40_000
        for _ in 0..<draws {
            let merged = Interleaving.probabilistic().merge([[1, 2], [1, 3]], count: 2, random: &random)
            counts[merged.map { "\($0.item)" }.joined(), default: 0] += 1
        }
        let chances = ["12": 4 / 9.0, "13": 4 / 9.0, "21": 0.049383, "31": 0.049383, "23": 0.006173, "32": 0.006173]
        #expect(Set(counts.keys) == Set(chances.keys))
        for (list, chance) in chances {
            let error = (chance * (1 - chance) / Double(draws)).squareRoot()
            #expect(abs(Double(counts[list] ?? 0) / Double(draws) - chance) < 4 * error)
        }
    }

    @Test func aListEndsWithItsRankers() {
        var random = RandomSource(seed: 2)
        let merged = Interleaving.teamDraft.merge([["a"], ["a", "b"], []], count: 5, random: &random)
        #expect(Set(merged.map(\.item)) == ["a", "b"] && merged.count == 2)
        #expect(Interleaving.probabilistic().merge([[String]](), count: 3, random: &random).isEmpty)
    }

    /// Pages of Wikimedia's search with clicks: for A, for B, and for neither.
    @Test(arguments: [
        ("a", [754, 81, 71], 0.3714128035), ("b", [83, 720, 103], -0.3515452539),
        ("no", [395, 342, 138], 0.0302857143),
    ])
    func preferenceOnPublishedPages(name: String, counts: [Int], preference: Double) throws {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/wikimedia-interleaved", withExtension: "tsv"))
        // B is the first ranker, so that a win is one of A.
        var test = InterleavingTest()
        for (number, line) in try String(contentsOf: url, encoding: .utf8).split(separator: "\n").enumerated() {
            let fields = line.split(separator: "\t")
            guard fields[0] == name, let first = Int(fields[1]), let second = Int(fields[2]) else { continue }
            test.add(credits: [second, first], user: "\(number)")
        }
        let score = test.scores[0]
        #expect([score.wins, score.losses, score.ties] == counts)
        #expect(abs(try #require(score.preference) - preference) < 1e-9)
        let interval = try #require(test.interval())
        #expect(interval.contains(preference))
        #expect(test.isBetter() == (name == "a"))
        #expect(test.isWorse() == (name == "b"))
        #expect(interval.contains(0) == (name == "no"))
    }

    @Test func creditGoesToWhoPutTheItemThere() {
        let places = [(1, 0), (2, 1), (3, 0)].map { InterleavedPlace(item: $0.0, team: $0.1) }
        #expect(InterleavingTest.credits(places, clicked: [0, 2, 2, 9], rankers: 2) == [2, 0])
        #expect(InterleavingTest.credits(places, clicked: [1], rankers: 2) == [0, 1])
    }

    /// One user who clicks a thousand times proves little; a thousand users prove much.
    @Test func evidenceIsClusteredByUser() {
        var (one, many) = (InterleavingTest(), InterleavingTest())
        for answer in 0..<1_000 {
            one.add(credits: answer % 10 < 4 ? [1, 0] : [0, 1], user: answer < 990 ? "same" : "\(answer)")
            many.add(credits: answer % 10 < 4 ? [1, 0] : [0, 1], user: "\(answer)")
        }
        #expect(many.isBetter())
        #expect(!one.isBetter())
    }

    /// Three equal rankers, looked at after every answer: few are told apart.
    @Test func equalsAreSeldomToldApart() {
        var found = 0
        for stream in 0..<100 {
            var random = RandomSource.stream(seed: 4, UInt64(stream))
            var test = InterleavingTest(rankers: 3)
            for answer in 0..<400 {
                let team = random.place(below: 3)
                test.add(credits: (0..<3).map { $0 == team ? 1 : 0 }, user: "\(answer)")
                guard answer > 30, test.pValues.contains(where: { $0 <= 0.05 }) else { continue }
                found += 1
                break
            }
        }
        #expect(found <= 5)
    }

    /// Rankers under 2% apart in clicks: interleaving needs at most a fifth of the users of an A/B test.
    @Test func interleavingNeedsFewerUsers() {
        var random = RandomSource(seed: 5)
        let result = InterleavingSimulation().run(users: 8_000, random: &random)
        #expect((0.01...0.025).contains(result.lift))
        #expect(result.teamDraft * 5 < result.abTest)
    }
}

extension String {
    fileprivate func at(_ place: Int) -> String { String(self[index(startIndex, offsetBy: place)]) }
}

import FreshetCore
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

@Suite struct StreamingPopularityTests {
    private let day: Int64 = 86_400
    private let start: Int64 = 1_700_000_000

    @Test func decaysByHalfLife() {
        var model = StreamingPopularity(halfLives: [86_400, .infinity], topCount: 10)
        model.learn(ItemIndex(0), at: start)
        model.learn(ItemIndex(0), at: start + day)
        model.learn(ItemIndex(1), at: start + 3 * day)
        // Three days after the first and two after the second: 1/8 + 1/4.
        #expect(abs(model.count(of: ItemIndex(0), halfLife: 0, at: start + 3 * day) - 0.375) < 1e-9)
        #expect(abs(model.count(of: ItemIndex(0), halfLife: 1, at: start + 3 * day) - 2) < 1e-9)
        #expect(abs(model.count(of: ItemIndex(1), halfLife: 0, at: start + 4 * day) - 0.5) < 1e-9)
        #expect(model.count(of: ItemIndex(7), halfLife: 0, at: start) == 0)
        #expect(model.top(halfLife: 0) == [ItemIndex(1), ItemIndex(0)])
        #expect(model.top(halfLife: 1) == [ItemIndex(0), ItemIndex(1)])
    }

    @Test func staysFiniteOverManyHalfLives() {
        var model = StreamingPopularity(halfLives: [3600], topCount: 4)
        // Ten years of hours: 2^87,600 is beyond any float.
        for year in 0...10 { model.learn(ItemIndex(0), at: start + Int64(year) * 365 * day) }
        #expect(abs(model.count(of: ItemIndex(0), halfLife: 0, at: start + 3650 * day) - 1) < 1e-9)
    }

    @Test func toleratesTimesThatJumpBack() {
        var model = StreamingPopularity(halfLives: [86_400], topCount: 4)
        model.learn(ItemIndex(0), at: start + 2 * day)
        model.learn(ItemIndex(1), at: start)
        model.learn(ItemIndex(1), at: start + day)
        #expect(model.newestTime == start + 2 * day)
        #expect(abs(model.count(of: ItemIndex(1), halfLife: 0, at: start + 2 * day) - 0.75) < 1e-9)
        // A request whose clock is behind is answered as of the newest event.
        #expect(abs(model.count(of: ItemIndex(0), halfLife: 0, at: start - day) - 1) < 1e-9)
        #expect(model.top(halfLife: 0) == [ItemIndex(0), ItemIndex(1)])
    }

    @Test(arguments: [1, 5, 40])
    func keepsExactTopLists(topCount: Int) {
        var model = StreamingPopularity(halfLives: [7200, 864_000, .infinity], topCount: topCount)
        var random = RandomSource(seed: 3)
        var time = start
        for step in 0..<3000 {
            time += Int64(random.below(600)) - 100
            model.learn(ItemIndex(min(random.below(60), random.below(60))), at: time)
            guard step % 97 == 0 else { continue }
            for halfLife in 0..<3 {
                let levels = (0..<model.itemCount).map { model.levels[$0 * 3 + halfLife] }
                let expected = levels.indices.filter { levels[$0] > -.infinity }
                    .sorted { (-levels[$0], $0) < (-levels[$1], $1) }
                    .prefix(topCount)
                #expect(model.top(halfLife: halfLife).map(\.position) == Array(expected))
            }
        }
    }
}

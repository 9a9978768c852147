import FreshetLearning
import Testing

@Suite struct ReplayPaceTests {
    /// A micro-batch costs 20 ms without its steps on replay alone, a step 10 ms.
    private var pace: ReplayPace {
        var pace = ReplayPace()
        pace.note(batches: 1, seconds: 0.03, steps: 1, replaying: 0.01)
        return pace
    }

    private func steps(_ wanted: Int, lag: Double, waiting: Double) -> Double {
        pace.steps(wanted: wanted, lag: lag, limit: 2, waiting: waiting)
    }

    @Test func allAreMadeWhileNothingIsKnown() {
        #expect(ReplayPace().steps(wanted: 3, lag: 1.9, limit: 2, waiting: 10) == 3)
    }

    @Test func allAreMadeWhenNothingWaits() {
        #expect(steps(3, lag: 0, waiting: 0) == 3)
        #expect(steps(3, lag: 0.1, waiting: 1) == 3)
    }

    /// 50 micro-batches need 1 s of themselves; of 1.2 s that are left .2 s go to 50 times 10 ms.
    @Test func theTimeThatIsLeftIsShared() {
        #expect(abs(steps(3, lag: 0.8, waiting: 50) - 0.4) < 1e-12)
        #expect(abs(steps(3, lag: 0.4, waiting: 40) - 2) < 1e-12)
    }

    @Test func noneIsMadeWithoutTime() {
        #expect(steps(3, lag: 2, waiting: 1) == 0)
        #expect(steps(3, lag: 1, waiting: 51) == 0)
    }

    @Test func fewerAreMadeTheLongerEventsWait() {
        let all = stride(from: 0.0, through: 2, by: 0.1).map { steps(2, lag: $0, waiting: 1 + 20 * $0) }
        #expect(all.first == 2 && all.last == 0)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(all.contains { $0 > 0 && $0 < 2 })
    }

    @Test func costsAreAveragesOfTheNewest() {
        var pace = pace
        for _ in 0..<200 { pace.note(batches: 2, seconds: 0.1, steps: 4, replaying: 0.08) }
        #expect(abs(pace.batchCost - 0.01) < 1e-4)
        #expect(abs(pace.stepCost - 0.02) < 1e-4)
        // A micro-update without such steps says nothing of what one costs.
        pace.note(batches: 1, seconds: 0.01, steps: 0, replaying: 0)
        #expect(abs(pace.stepCost - 0.02) < 1e-4)
    }
}

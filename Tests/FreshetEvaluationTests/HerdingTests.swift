import FreshetCore
import FreshetEvaluation
import Testing

/// What is chosen to be remembered of a period.
@Suite struct HerdingTests {
    /// Worked by hand: the mean of 0, 1, 2, 9 is 3; nearest to 3 is 2; then nearest to 6 - 2 = 4 is 1 (|4-1| = 3 < 5).
    @Test func herdingFollowsTheMean() {
        let item = ItemIndex(4)
        let chosen = Herding.choose(2, classes: [item, item, item, item], features: [0, 1, 2, 9])
        #expect(chosen == [1, 2])
    }

    @Test func herdingIsInProportionToFrequency() {
        let classes = (0..<90).map { ItemIndex($0 < 60 ? 0 : $0 < 80 ? 1 : 2) }
        let features = (0..<90).map { Float($0 * 7 % 13) }
        let chosen = Herding.choose(9, classes: classes, features: features)
        #expect(chosen.count { classes[$0] == ItemIndex(0) } == 6)
        #expect(chosen.count { classes[$0] == ItemIndex(1) } == 2)
        #expect(Set(chosen).count == 9)
        #expect(Herding.choose(100, classes: classes, features: features).count == 90)
    }
}

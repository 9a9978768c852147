import Testing

@testable import FreshetFairness

/// What groups of items are shown, how evenly, and how popular it is.
@Suite struct ExposureTests {
    @Test func exposureOfKnownPlaces() {
        let first = PositionExposure.mean(ofRanks: 1...3)
        let second = PositionExposure.mean(ofRanks: 4...6)
        #expect(abs(first - 0.710310) < 5e-7 && abs(second - 0.391246) < 5e-7)
        #expect(abs(first / second - 1.815509) < 5e-7)
        #expect(abs((first / 0.81) / (second / 0.78) - 1.748268) < 5e-7)
        #expect(PositionExposure.at(rank: 1) == 1 && PositionExposure.mean(ofRanks: []) == 0)
    }

    @Test func giniOfKnownSpreads() {
        #expect(abs(GiniIndex.of([1, 2, 3, 4]) - 0.25) < 1e-12)
        #expect(abs(GiniIndex.of([0, 0, 0, 1]) - 0.75) < 1e-12)
        #expect(GiniIndex.of([2, 2, 2]) == 0 && GiniIndex.of([]) == 0 && GiniIndex.of([0, 0]) == 0)
        #expect(abs(GiniIndex.of([4, 1, 3, 2]) - GiniIndex.of([10, 40, 20, 30])) < 1e-12)
    }

    @Test func groupsAreShownBesideWhatTheyAreAndEarn() throws {
        // Items 0 and 1 are of "big", 2 of "small", 3 of both, 4 of none.
        var exposure = ItemExposure(itemCount: 5)
        exposure.add([0, 2])
        exposure.add([3, 4, 99])
        let second = PositionExposure.at(rank: 2)
        #expect(exposure.values == [1, 0, second, 1, second])
        let rows = exposure.byGroup([["big"], ["big"], ["small"], ["big", "small"], []], merit: [6, 1, 2, 2, 50])
        #expect(rows.map(\.group) == ["big", "small"])
        #expect(rows[0].catalogue == 0.625 && abs(rows[0].merit - 8 / 11.0) < 1e-12)
        #expect(abs(rows[0].exposure - 1.5 / (2 + second)) < 1e-12)
        for shares in [rows.map(\.exposure), rows.map(\.catalogue), rows.map(\.merit)] {
            #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
        }
        #expect(rows[0].perCatalogue == rows[0].exposure / 0.625)
        #expect(GroupExposure(group: "new", exposure: 0.1, catalogue: 0.2, merit: 0).perMerit == nil)
    }

    @Test func liftIsOfTheMeans() throws {
        var lift = PopularityLift()
        #expect(lift.value == nil)
        lift.add(history: [10, 30], list: [40])
        lift.add(history: [20], list: [10, 30])
        lift.add(history: [], list: [1000])
        // Histories 20 and 20, lists 40 and 20.
        #expect(lift.value == 0.5 && lift.users == 2)
    }
}

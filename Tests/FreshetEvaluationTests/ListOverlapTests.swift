import FreshetCore
import FreshetEvaluation
import FreshetTensor
import Testing

/// Overlap of lists against values worked out by hand.
@Suite struct ListOverlapTests {
    private func list(_ items: Int...) -> [ItemIndex] { items.map(ItemIndex.init(_:)) }

    private func isNear(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) < 1e-12 }

    @Test func jaccardIsTheShareOfCommonItems() {
        #expect(ListOverlap.jaccard(list(1, 2, 3), list(3, 1, 2)) == 1)
        #expect(ListOverlap.jaccard(list(1, 2, 3), list(3, 4, 5)) == 0.2)
        #expect(ListOverlap.jaccard(list(1), list(2)) == 0 && ListOverlap.jaccard([], []) == 1)
    }

    @Test func rankBiasedOverlapIsThatOfThePaper() {
        // Agreement 1, 1/2, 1: (0.1 / 0.9) (0.9 + 0.81 / 2 + 0.729) + 0.729.
        #expect(isNear(ListOverlap.rankBiased(list(1, 2, 3), list(1, 3, 2)), 0.1 / 0.9 * (0.9 + 0.405 + 0.729) + 0.729))
        // Agreement 0, 1 of equal lists of two in another order: 1 (0 + 1 · 0.25) + 0.25.
        #expect(isNear(ListOverlap.rankBiased(list(1, 2), list(2, 1), persistence: 0.5), 0.5))
        // Of lists of unequal length, equation 32: 0.25 / 2 from the second place, and 1 / 2 · 0.25 beyond.
        #expect(isNear(ListOverlap.rankBiased(list(2), list(1, 2), persistence: 0.5), 0.25))
        #expect(isNear(ListOverlap.rankBiased(list(1, 2), list(2), persistence: 0.5), 0.25))
        #expect(isNear(ListOverlap.rankBiased(list(1), list(1, 2), persistence: 0.5), 1))
    }

    @Test func equalListsAreOneAndForeignOnesZero() {
        let long = (0..<50).map(ItemIndex.init(_:))
        #expect(isNear(ListOverlap.rankBiased(long, long), 1))
        #expect(ListOverlap.rankBiased(list(1, 2), list(3, 4)) == 0)
        #expect(ListOverlap.rankBiased([], []) == 1 && ListOverlap.rankBiased([], list(1)) == 0)
    }

    @Test func theFirstPlacesWeighMost() {
        let whole = (0..<10).map(ItemIndex.init(_:))
        let first = [ItemIndex(90)] + whole.dropFirst()
        let last = whole.dropLast() + [ItemIndex(90)]
        #expect(ListOverlap.rankBiased(whole, first) < ListOverlap.rankBiased(whole, Array(last)))
        #expect(ListOverlap.jaccard(whole, first) == ListOverlap.jaccard(whole, Array(last)))
    }

    @Test func stabilityIsTheMeanOverUsers() throws {
        let pool = ThreadPool(threads: 1)
        let stability = try ListStability(
            of: [list(1, 2), list(1, 2), list(1, 2)],
            against: [list(1, 2), list(2, 1), list(3, 4)],
            persistence: 0.5,
            pool: pool
        )
        #expect(isNear(stability.jaccard.value, 2.0 / 3) && isNear(stability.rankBiased.value, 0.5))
        #expect(isNear(stability.unchanged, 1.0 / 3) && stability.users == 3)
        #expect(stability.jaccard.low < stability.jaccard.value && stability.jaccard.high <= 1)
        #expect(throws: FreshetError.self) { try ListStability(of: [], against: [], pool: pool) }
    }

    // MARK: Exposure

    @Test func exposureIsTheShareOfLists() {
        let lists = [list(1, 2), list(2, 3), list(4), list()]
        #expect(TargetExposure.share(of: ItemIndex(2), in: lists) == 0.5)
        #expect(
            TargetExposure.share(of: ItemIndex(9), in: lists) == 0
                && TargetExposure.share(of: ItemIndex(1), in: []) == 0
        )
    }

    @Test func exposuresAreAveragedOverTargets() throws {
        func exposure(_ before: Double, _ after: Double) -> TargetExposure {
            TargetExposure(item: "i", events: 5, before: before, after: after)
        }
        let change = try ExposureChange([exposure(0.1, 0.2), exposure(0.3, 0.6)])
        #expect(isNear(change.before.value, 0.2) && isNear(change.after.value, 0.4))
        let times = try #require(change.times)
        #expect(isNear(times.value, 2) && isNear(times.low, 2) && isNear(times.high, 2))
        #expect(isNear(change.after.low, 0.2) && isNear(change.after.high, 0.6))
        // What was never shown cannot be shown twice as often.
        #expect(try ExposureChange([exposure(0, 0.5)]).times == nil)
        #expect(throws: FreshetError.self) { try ExposureChange([]) }
    }
}

import FreshetTensor
import Testing

@testable import FreshetEvaluation

/// Whether members are told from others.
@Suite struct MembershipTestTests {
    @Test func areaIsTheShareOfPairsInOrderTiesCountedHalf() {
        // Of the six pairs 4 are in order and one is a tie.
        let test = MembershipTest(members: [3, 1], others: [2, 0, 1])
        #expect(abs(test.auc - 4.5 / 6) < 1e-12)
        #expect(MembershipTest(members: [2, 3], others: [0, 1]).auc == 1)
        #expect(MembershipTest(members: [1, 1], others: [1, 1, 1]).auc == 0.5)
    }

    @Test func marginOfFiveHundredAndFiveHundredIsThatOfTheStatistic() {
        var random = RandomSource.stream(seed: 5, 1)
        let figures = (0..<1000).map { _ in Double(random.uniform()) }
        let test = MembershipTest(members: Array(figures[..<500]), others: Array(figures[500...]))
        #expect(abs(test.margin - 0.0358) < 0.0001)
        #expect(!test.tellsApart)
        #expect(MembershipTest(members: figures[..<500].map { $0 + 0.1 }, others: Array(figures[500...])).tellsApart)
    }
}

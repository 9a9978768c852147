import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetFairness

/// FA*IR: the tables of minimums, the chance to fail them, and the rankings that fulfil them.
@Suite struct MinimumShareTests {
    /// A table written as runs: how often 0, 1, 2, … comes.
    private static func runs(_ lengths: [Int]) -> [Int] {
        lengths.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    }

    struct Case: Sendable {
        let places: Int
        let share: Double
        let significance: Double
        var minimums: [Int]?
        var last: [Int] = []
        let failure: Double
    }

    /// The tables of `fairsearchcore`; the chances are exact. (That library leaves out the last minimum where it is
    /// higher than the one before, and gives .115175 for the third and .184298 for the sixth.)
    static let plain = [
        Case(places: 10, share: 0.5, significance: 0.1, minimums: runs([3, 3, 2, 2]), failure: 0.128906),
        Case(places: 10, share: 0.25, significance: 0.1, minimums: runs([8, 2]), failure: 0.075085),
        Case(places: 20, share: 0.25, significance: 0.1, minimums: runs([8, 6, 5, 1]), failure: 0.146887),
        Case(places: 20, share: 0.5, significance: 0.1, last: [7, 7], failure: 0.189352),
        Case(places: 50, share: 0.3, significance: 0.1, last: [11, 11], failure: 0.259269),
        Case(places: 100, share: 0.3, significance: 0.05, last: [22, 23], failure: 0.186884),
    ]

    /// The same with the significance adjusted.
    static let adjusted = [
        Case(places: 10, share: 0.5, significance: 0.1, minimums: runs([3, 3, 3, 1]), failure: 0.111328),
        Case(places: 10, share: 0.25, significance: 0.1, minimums: runs([8, 2]), failure: 0.075085),
        Case(places: 20, share: 0.25, significance: 0.1, minimums: runs([8, 7, 5]), failure: 0.105152),
        Case(places: 20, share: 0.5, significance: 0.1, last: [6, 6, 6], failure: 0.098679),
        Case(places: 50, share: 0.3, significance: 0.1, last: [9, 9], failure: 0.098855),
        Case(places: 100, share: 0.3, significance: 0.05, last: [20, 20], failure: 0.049952),
    ]

    private func check(_ table: MinimumShareTable, _ expected: Case) {
        if let minimums = expected.minimums { #expect(table.minimums == minimums) }
        #expect(Array(table.minimums.suffix(expected.last.count)) == expected.last)
        #expect(table.minimums.count == expected.places)
        #expect(abs(table.failureProbability - expected.failure) < 5e-7, "\(table.failureProbability)")
    }

    @Test(arguments: plain) func testsAtEachPlaceAlone(_ expected: Case) throws {
        check(
            try MinimumShareTable(
                places: expected.places,
                share: expected.share,
                significance: expected.significance
            ),
            expected
        )
    }

    @Test(arguments: adjusted) func testsAtAllPlacesTogether(_ expected: Case) throws {
        let table = try MinimumShareTable.adjusted(
            places: expected.places,
            share: expected.share,
            significance: expected.significance
        )
        check(table, expected)
        let again = try MinimumShareTable(
            places: expected.places,
            share: expected.share,
            significance: table.significance
        )
        #expect(again == table, "the significance that it names gives the table")
    }

    /// The adjusted significances of `fairsearchcore` give the tables that the exact search finds.
    @Test(arguments: [
        (10, 0.5, 0.1, 0.075), (20, 0.25, 0.1, 0.078125), (20, 0.5, 0.1, 0.05),
        (50, 0.3, 0.1, 0.035352), (100, 0.3, 0.05, 0.011328),
    ])
    func knownSignificancesGiveTheSame(places: Int, share: Double, significance: Double, known: Double) throws {
        let found = try MinimumShareTable.adjusted(places: places, share: share, significance: significance)
        #expect(try MinimumShareTable(places: places, share: share, significance: known).minimums == found.minimums)
    }

    /// All rankings of 12 places, counted one by one.
    @Test(arguments: [0.2, 0.5, 0.7]) func failureIsTheShareOfRankingsThatFail(share: Double) throws {
        let table = try MinimumShareTable(places: 12, share: share, significance: 0.15)
        var failing = 0.0
        for ranking in 0..<(1 << 12) {
            let isProtected = (0..<12).map { ranking >> $0 & 1 == 1 }
            if table.isFulfilled(by: isProtected) { continue }
            failing += isProtected.reduce(1) { $0 * ($1 ? share : 1 - share) }
        }
        #expect(abs(table.failureProbability - failing) < 1e-12 && failing > 0)
    }

    @Test func noOtherTableIsNearer() throws {
        for share in [0.1, 0.35, 0.6] {
            let found = try MinimumShareTable.adjusted(places: 15, share: share, significance: 0.1)
            let distance = abs(found.failureProbability - 0.1)
            for step in 1...1000 {
                let other = try MinimumShareTable(places: 15, share: share, significance: Double(step) * 1e-4)
                #expect(abs(other.failureProbability - 0.1) >= distance - 1e-12)
            }
        }
    }

    @Test func theOrderMovesOnlyWhatItMust() throws {
        // Minimums 0 0 0 1 1 1 2 2 3 3.
        let table = try MinimumShareTable(places: 10, share: 0.5, significance: 0.1)
        let isProtected = [false, false, false, false, false, false, true, false, false, false, true, true]
        #expect(table.order(isProtected) == [0, 1, 2, 6, 3, 4, 10, 5, 11, 7, 8, 9])
        let fair = [true, false, true, false, true, false]
        #expect(table.order(fair) == Array(0..<6))
        // Where the group has too few, the best others fill the places.
        #expect(table.order([Bool](repeating: false, count: 8)) == Array(0..<8))
        #expect(table.order([]) == [])
    }

    @Test func everyOrderFulfilsTheTableAndKeepsTheOrderWithin() throws {
        let table = try MinimumShareTable.adjusted(places: 20, share: 0.4, significance: 0.1)
        var random = RandomSource(seed: 7)
        for _ in 0..<200 {
            // Enough of the group at the very end, whatever the draw.
            let isProtected = (0..<40).map { $0 >= 32 || random.uniform() < 0.15 }
            let order = table.order(isProtected)
            #expect(order.sorted() == Array(0..<40))
            #expect(table.isFulfilled(by: order.map { isProtected[$0] }))
            for kind in [true, false] {
                let part = order.filter { isProtected[$0] == kind }
                #expect(part == part.sorted())
            }
        }
    }

    @Test func valuesOutOfRangeAreRefused() {
        for (places, share, significance) in [
            (0, 0.5, 0.1), (1001, 0.5, 0.1), (10, 0, 0.1), (10, 1, 0.1), (10, .nan, 0.1), (10, 0.5, 0), (10, 0.5, 1),
        ] {
            #expect(throws: FreshetError.self) {
                try MinimumShareTable(places: places, share: share, significance: significance)
            }
            #expect(throws: FreshetError.self) {
                try MinimumShareTable.adjusted(places: places, share: share, significance: significance)
            }
        }
    }
}

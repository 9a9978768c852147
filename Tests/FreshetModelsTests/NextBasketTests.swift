import Foundation
import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import FreshetTestSupport
import Testing

/// The next basket against its formula written out over dense rows.
@Suite struct NextBasketTests {
    private static let itemCount = 15
    /// Users of one to eight baskets of one to four items.
    private let baskets: [[[Int]]] = {
        var random = RandomSource(seed: 11)
        return (0..<20).map { user in
            (0..<(1 + user % 8)).map { _ in
                (0..<(1 + random.below(4))).map { _ in random.below(itemCount) }
            }
        }
    }()

    private func history(_ baskets: [[Int]], secondsApart seconds: Int64 = 60) -> History {
        let items = baskets.joined().map { ItemIndex($0) }
        let times = zip(Int64(0)..., baskets).flatMap { number, basket in
            basket.map { _ in Timestamp(seconds: 1_700_000_000 + seconds * number) }
        }
        return History(items: items[...], times: times[...])
    }

    private func dataset(_ users: [[[Int]]]) -> Dataset {
        var histories = Histories()
        for user in users { histories.append(history(user)) }
        return Dataset(
            users: IdentifierTable(users.indices.map { "user \($0)" }),
            items: IdentifierTable((0..<Self.itemCount).map { "item \($0)" }),
            histories: histories
        )
    }

    private func scorer(
        of users: [[[Int]]]? = nil,
        _ change: (inout NextBasket.Configuration) -> Void = { _ in }
    ) throws -> any Scorer {
        var configuration = NextBasket.Configuration()
        change(&configuration)
        var model = NextBasket(configuration: configuration)
        try model.fit(
            TrainingData(dataset: dataset(users ?? baskets)),
            session: TrainingSession(pool: ThreadPool(threads: 2))
        )
        return model.makeScorer()
    }

    /// The vector of a row of baskets: groups of one size, the later ones one larger where that does not go up.
    private func vector(_ baskets: [[Int]], groups: Int, decay: Double, groupDecay: Double) -> [Double] {
        var row = [Double](repeating: 0, count: Self.itemCount)
        let count = min(groups, baskets.count)
        let sizes = (0..<count).map { group in
            baskets.count / count + (group >= count - baskets.count % count ? 1 : 0)
        }
        var start = 0
        for (group, size) in sizes.enumerated() {
            for (place, basket) in baskets[start..<(start + size)].enumerated() {
                let weight = pow(decay, Double(size - 1 - place)) / Double(size)
                for item in Set(basket) {
                    row[item] += weight * pow(groupDecay, Double(count - 1 - group)) / Double(count)
                }
            }
            start += size
        }
        return row
    }

    @Test(arguments: [1, 3, 7]) func scoresAreTheFormula(groups: Int) throws {
        let scorer = try scorer {
            $0.groups = groups
            $0.neighbours = 4
            $0.basketDecay = 0.8
            $0.groupDecay = 0.6
            $0.repeatWeight = 0.3
            $0.repeatDecay = 0.5
        }
        let rows = baskets.map { vector($0, groups: groups, decay: 0.8, groupDecay: 0.6) }
        let share = Double(rows.count) / rows.joined().reduce(0, +)
        for user in baskets.indices {
            let distances = rows.map { zip($0, rows[user]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
            for isKnown in [true, false] {
                let nearest = rows.indices.filter { !isKnown || $0 != user }
                    .sorted { (distances[$0], $0) < (distances[$1], $1) }.prefix(4)
                var expected = (0..<Self.itemCount).map { item in
                    nearest.reduce(0) { $0 + rows[$1][item] } / 4 * share
                }
                for (age, basket) in baskets[user].reversed().enumerated() {
                    for item in Set(basket) { expected[item] += 0.3 * pow(0.5, Double(age)) }
                }
                let scores = scorer.scores(
                    for: ScoringContext(user: isKnown ? UserIndex(user) : nil, history: history(baskets[user]))
                )
                #expect(zip(scores, expected).allSatisfy { abs(Double($0) - $1) < 1e-4 }, "user \(user), \(isKnown)")
            }
        }
    }

    @Test func eventsWithinTheGapAreOneBasket() throws {
        let scorer = try scorer {
            $0.basketGap = 60
            $0.neighbours = 4
        }
        func scores(_ baskets: [[Int]], secondsApart seconds: Int64) -> [Float] {
            scorer.scores(
                for: ScoringContext(user: nil, history: history(baskets, secondsApart: seconds))
            )
        }
        #expect(scores([[1], [2, 1]], secondsApart: 60) == scores([[1, 2]], secondsApart: 60))
        #expect(scores([[1], [2, 1]], secondsApart: 61) != scores([[1, 2]], secondsApart: 61))
    }

    @Test func whoBoughtNothingIsNobodysNeighbourAndHearsTheMean() throws {
        let users = [[[1, 2]], [[1, 3]], [], []]
        let scorer = try scorer(of: users) { $0.neighbours = 2 }
        let unknown = scorer.scores(for: ScoringContext(user: nil, history: History(items: [])))
        #expect(abs(unknown[1] - 0.5) < 1e-6 && abs(unknown[2] - 0.25) < 1e-6 && abs(unknown[3] - 0.25) < 1e-6)
        // The only neighbour of user 0 is user 1, however far.
        let known = scorer.scores(for: ScoringContext(user: UserIndex(0), history: history([[5]])))
        #expect(abs(known[1] - 0.5) < 1e-6 && abs(known[3] - 0.5) < 1e-6 && known[2] == 0)
    }
}

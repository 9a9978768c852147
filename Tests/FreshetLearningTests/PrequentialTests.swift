import FreshetCore
import FreshetLearning
import FreshetTensor
import Testing

@Suite("Prequential evaluation")
struct PrequentialTests {
    private func outcome(
        _ offset: Int,
        time: Int64? = nil,
        isNewUser: Bool = false,
        isNewItem: Bool = false,
        _ ranks: [Contender: Int?]
    ) -> Outcome {
        Outcome(
            offset: Int64(offset),
            time: time ?? Int64(offset),
            isNewUser: isNewUser,
            isNewItem: isNewItem,
            predictions: ranks.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { Outcome.Prediction($0.key, rank: $0.value) }
        )
    }

    @Test func figuresByHand() throws {
        var evaluation = PrequentialEvaluation()
        for (place, rank) in [1, 3, nil, 20].enumerated() { _ = evaluation.add(outcome(place, [.live: rank])) }
        let live = try #require(evaluation.figures()["live"])
        #expect(live["recall@1"] == 0.25)
        #expect(live["recall@5"] == 0.5)
        #expect(live["recall@10"] == 0.5)
        #expect(live["recall@20"] == 0.75)
        #expect(isClose(live["mrr@20"], (1 + 1.0 / 3 + 0.05) / 4))
        #expect(isClose(live["mrr@10"], (1 + 1.0 / 3) / 4))
        #expect(isClose(live["ndcg@10"], 1.5 / 4))
        #expect(live["count"] == 4)
    }

    @Test func windowsAgreeWithRecounting() throws {
        var settings = PrequentialEvaluation.Settings()
        settings.windows = [7, 50]
        var evaluation = PrequentialEvaluation(settings: settings)
        var random = RandomSource(seed: 1)
        var ranks: [Int?] = []
        for place in 0..<500 {
            let rank = random.below(3) == 0 ? nil : 1 + random.below(30)
            ranks.append(rank)
            _ = evaluation.add(outcome(place, [.live: rank]))
            for (window, length) in [(7, 7), (50, 50), (nil, Int.max)] as [(Int?, Int)] {
                let newest = ranks.suffix(length)
                var recount = RankHistogram(depth: 20)
                for rank in newest { recount.add(rank) }
                #expect(evaluation.histogram(of: .live, window: window) == recount)
            }
        }
    }

    @Test func cohortsAreCountedApart() throws {
        var evaluation = PrequentialEvaluation()
        _ = evaluation.add(outcome(1, isNewUser: true, [.live: 1]))
        _ = evaluation.add(outcome(2, isNewItem: true, [.live: nil]))
        _ = evaluation.add(outcome(3, [.live: nil]))
        #expect(evaluation.figures(cohort: .newUsers)["live"]?["recall@1"] == 1)
        #expect(evaluation.figures(cohort: .newItems)["live"]?["recall@1"] == 0)
        #expect(evaluation.figures(cohort: .newItems)["live"]?["count"] == 1)
        #expect(evaluation.figures()["live"]?["count"] == 3)
    }

    @Test func itemsAreCountedByTheirAge() {
        var evaluation = PrequentialEvaluation()
        let day: Int64 = 86_400
        for (place, age) in [nil, 0, day - 1, day, 8 * day, 40 * day].enumerated() {
            var outcome = outcome(place, [.live: 1])
            outcome.itemAge = age
            _ = evaluation.add(outcome)
        }
        func count(_ cohort: PrequentialEvaluation.Cohort) -> Double? {
            evaluation.figures(cohort: cohort)["live"]?["count"]
        }
        #expect(count(.all) == 6)
        #expect(count(.itemsUnderADay) == 2)
        #expect(count(.itemsUnderAWeek) == 3)
        #expect(count(.itemsUnderAMonth) == 4)
    }

    @Test func contendersThatAreNotAskedAreNotMissing() {
        var evaluation = PrequentialEvaluation()
        _ = evaluation.add(outcome(1, [.live: 1, .lastGood: 2]))
        _ = evaluation.add(outcome(2, [.live: nil]))
        #expect(evaluation.figures()["last_good"]?["count"] == 1)
        evaluation.reset(.lastGood)
        #expect(evaluation.contenders == [.live])
    }

    @Test func outcomesWaitForTheirLabels() {
        var settings = PrequentialEvaluation.Settings()
        settings.labelDelay = 60
        var evaluation = PrequentialEvaluation(settings: settings)
        #expect(evaluation.add(outcome(1, time: 100, [.live: 1])).isEmpty)
        #expect(evaluation.add(outcome(2, time: 150, [.live: 2])).isEmpty)
        #expect(evaluation.figures().isEmpty)
        #expect(evaluation.add(outcome(3, time: 165, [.live: 3])).map(\.offset) == [1])
        #expect(evaluation.figures()["live"]?["recall@1"] == 1)
        #expect(evaluation.pendingCount == 2)
        #expect(evaluation.advance(to: 225).map(\.offset) == [2, 3])
        #expect(evaluation.advance(to: 1_000).isEmpty)
    }

    @Test func lateEventsKeepTheOrderOfTheLog() {
        var evaluation = PrequentialEvaluation()
        #expect(evaluation.add(outcome(1, time: 500, [.live: 1])).map(\.offset) == [1])
        #expect(evaluation.add(outcome(2, time: 100, [.live: 1])).map(\.offset) == [2])
    }

    @Test func curveIsThinnedEvenly() {
        var settings = PrequentialEvaluation.Settings()
        settings.curveInterval = 10
        settings.curvePoints = 20
        var evaluation = PrequentialEvaluation(settings: settings)
        for place in 1...5_000 { _ = evaluation.add(outcome(place, [.live: 1])) }
        let offsets = evaluation.curve.map(\.offset)
        #expect((10...20).contains(offsets.count))
        #expect(Set(zip(offsets, offsets.dropFirst()).map { $1 - $0 }).count == 1)
        #expect(offsets.last ?? 0 > 4_500)
    }

    @Test func stateSurvivesCoding() throws {
        var settings = PrequentialEvaluation.Settings()
        settings.windows = [20, 100]
        settings.labelDelay = 5
        var evaluation = PrequentialEvaluation(settings: settings)
        for place in 0..<400 { _ = evaluation.add(outcome(place, isNewUser: place % 7 == 0, [.live: place % 25 + 1])) }
        var copy = try roundTrip(evaluation)
        #expect(copy == evaluation)
        for place in 400..<600 {
            let next = outcome(place, [.live: place % 25 + 1, .learning: nil])
            #expect(copy.add(next) == evaluation.add(next))
        }
        #expect(copy == evaluation)
    }
}

@Suite("Forgetting matrix")
struct ForgettingMatrixTests {
    /// Three periods, each model having learned one more; the figures are worked out by hand.
    @Test func figuresByHand() throws {
        var matrix = ForgettingMatrix()
        for period in ["May", "June", "July"] { matrix.addPeriod(period) }
        matrix.addRow(.init(1), learnedPeriods: 1, scores: [0.50, 0.20, nil])
        matrix.addRow(.init(2), learnedPeriods: 2, scores: [0.56, 0.40, 0.10])
        matrix.addRow(.init(3), learnedPeriods: 3, scores: [0.44, 0.36, 0.60])
        #expect(isClose(matrix.accuracy, 1.4 / 3))
        #expect(isClose(matrix.backwardTransfer, (-0.06 - 0.04) / 2))
        #expect(isClose(matrix.forgetting, (0.12 + 0.04) / 2))
        #expect(isClose(matrix.forwardTransfer(untrained: [0.1, 0.1, 0.05]), (0.1 + 0.05) / 2))
        #expect(try roundTrip(matrix) == matrix)
    }

    @Test func periodsMayComeLater() {
        var matrix = ForgettingMatrix()
        #expect(matrix.accuracy == nil)
        matrix.addPeriod("May")
        matrix.addRow(.init(1), learnedPeriods: 1, scores: [0.5])
        matrix.addPeriod("June")
        #expect(matrix.scores == [[0.5, nil]])
        matrix.addRow(.init(2), learnedPeriods: 2, scores: [0.4, 0.3])
        #expect(matrix.backwardTransfer.map { abs($0 + 0.1) < 1e-12 } == true)
        matrix.removeFirstPeriod()
        #expect(matrix.periods == ["June"])
        #expect(matrix.backwardTransfer == nil)
        matrix.removeRow(at: 0)
        #expect(matrix.versions == [ModelVersion(2)])
        // The last row may go too: nothing has learned the period then, until the next row has.
        matrix.removeRow(at: 0)
        matrix.addRow(.init(3), learnedPeriods: 1, scores: [0.3])
        matrix.addRow(.init(4), learnedPeriods: 1, scores: [0.2])
        #expect(matrix.backwardTransfer.map { abs($0 + 0.1) < 1e-12 } == true)
    }
}

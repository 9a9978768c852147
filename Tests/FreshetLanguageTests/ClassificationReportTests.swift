import Foundation
import Testing

@testable import FreshetLanguage

/// The figures against values worked out by hand.
@Suite struct ClassificationReportTests {
    /// Five texts of three classes: of a two, one right; of b two, both right; of c one, taken for b.
    private let report = ClassificationReport(
        classes: ["a", "b", "c", "never"],
        labels: [0, 0, 1, 1, 2],
        probabilities: [
            0.75, 0.15, 0.1, 0,
            0.25, 0.65, 0.1, 0,
            0.1, 0.8, 0.1, 0,
            0.05, 0.95, 0, 0,
            0.2, 0.5, 0.3, 0,
        ]
    )

    @Test func countsRightAndWrong() {
        #expect(report.count == 5 && report.accuracy == 0.6)
        #expect(report.confusion == [[1, 1, 0, 0], [0, 2, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
        let (a, b, c) = (report.classes[0], report.classes[1], report.classes[2])
        #expect(a.precision == 1 && a.recall == 0.5 && abs(a.f1 - 2.0 / 3) < 1e-12 && a.support == 2)
        #expect(b.precision == 0.5 && b.recall == 1 && abs(b.f1 - 2.0 / 3) < 1e-12)
        #expect(c.precision == 0 && c.recall == 0 && c.f1 == 0 && c.support == 1)
        // A class that neither occurs nor is said does not count.
        #expect(abs(report.macroF1 - 4.0 / 9) < 1e-12)
        #expect(report.mistakes(1).map(\.count) == [1] && report.mistakes(9).count == 2)
        #expect(report.mistakes(1)[0].right == "a" && report.mistakes(1)[0].said == "b")
    }

    @Test func calibratesByBins() {
        // .75 right, .65 wrong, .8 right, .95 right, .5 wrong, in bins 7, 6, 8, 9 and 5.
        let expected = (0.25 + 0.65 + 0.2 + 0.05 + 0.5) / 5
        #expect(abs(report.calibration.error - expected) < 1e-6)
        #expect(report.calibration.bins.map(\.count) == [1, 1, 1, 1, 1])
        let together = Calibration([(0.91, true), (0.93, false), (0.95, true), (1, true)])
        #expect(together.bins.count == 1 && together.bins[0].frequency == 0.75)
        #expect(abs(together.error - abs((0.91 + 0.93 + 0.95 + 1) / 4 - 0.75)) < 1e-12)
        #expect(Calibration([]).error == 0)
    }

    @Test func logLossIsThatOfTheRightClass() {
        let expected = -[0.75, 0.25, 0.8, 0.95, 0.3].reduce(0) { $0 + log($1) } / 5
        #expect(abs(report.logLoss - expected) < 1e-6)
        let impossible = ClassificationReport(classes: ["a", "b"], labels: [0], probabilities: [0, 1])
        #expect(impossible.logLoss.isFinite && impossible.logLoss > 50)
    }

    @Test func survivesNothing() {
        let empty = ClassificationReport(classes: ["a", "b"], labels: [], probabilities: [])
        #expect(empty.accuracy == 0 && empty.macroF1 == 0 && empty.calibration.error == 0)
    }
}

/// Five yes-or-no predictions, by hand.
@Suite struct BinaryReportTests {
    private let predictions: [(probability: Double, isRight: Bool)] = [
        (0.9, true), (0.6, false), (0.6, true), (0.4, true), (0.1, false),
    ]

    @Test func theFiguresAreThoseByHand() {
        let report = BinaryReport(predictions)
        // Said yes: .9 right, .6 wrong, .6 right; of three yes two were found.
        #expect(report.figures == BinaryFigures(right: 2, said: 3, support: 3))
        #expect(abs(report.figures.precision - 2.0 / 3) < 1e-12 && abs(report.figures.f1 - 2.0 / 3) < 1e-12)
        #expect(report.accuracy == 0.6)
        // Pairs of yes and no: (.9 > both), (.6 = .6, > .1), (.4 < .6, > .1): 2 + 1.5 + 1 of 6.
        #expect(abs(report.auc - 4.5 / 6) < 1e-12)
    }

    @Test func oneSideAloneHasNoOrder() {
        #expect(BinaryReport([(0.3, true), (0.9, true)]).auc == 0.5)
        #expect(BinaryReport([]).accuracy == 0 && BinaryReport([]).auc == 0.5)
    }
}

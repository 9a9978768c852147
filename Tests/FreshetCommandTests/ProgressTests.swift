import FreshetModels
import Synchronization
import Testing

@testable import freshet

@Suite struct ProgressTests {
    @Test func theBarTellsRateTimeLossAndValidation() {
        let progress = TrainingProgress(phase: "epoch 2", completed: 25, total: 100, loss: 1.25, validation: 0.5)
        let line = ProgressLine(title: "model", progress: progress, elapsed: 5)
        #expect(
            line.bar(width: 200)
                == "model epoch 2 ▕█████               ▏ 25% 5.00/s  15 s left  loss 1.2500  NDCG@10 0.5000"
        )
        #expect(line.plain == "model: epoch 2 25/100 (25%), 5.00/s, 15 s left, loss 1.2500, NDCG@10 0.5000")
        #expect(line.bar(width: 40).count == 39)
    }

    @Test func nothingIsGuessedBeforeTheFirstUnit() {
        let line = ProgressLine(
            title: "m",
            progress: TrainingProgress(phase: "p", completed: 3, total: 9),
            elapsed: 2,
            start: 3
        )
        #expect(line.plain == "m: p 3/9 (33%)")
        let endless = ProgressLine(
            title: "m",
            progress: TrainingProgress(phase: "p", completed: 5, total: 0),
            elapsed: 1
        )
        #expect(endless.bar(width: 80) == "m p 5.00/s  0.0 s left")
    }

    /// A clock that tests turn by hand, and what was written.
    private final class Stage: Sendable {
        let time = Mutex(0.0)
        let text = Mutex("")

        func reporter(isTerminal: Bool, isQuiet: Bool = false) -> ProgressReporter {
            ProgressReporter(
                title: "m",
                isQuiet: isQuiet,
                isTerminal: isTerminal,
                clock: { self.time.withLock { $0 } },
                write: { text in self.text.withLock { $0 += text } }
            )
        }

        func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
        var written: String { text.withLock { $0 } }
    }

    @Test func plainLinesComeEveryFewSeconds() {
        let stage = Stage()
        let reporter = stage.reporter(isTerminal: false)
        for step in 1...100 {
            stage.advance(0.11)
            reporter.update(TrainingProgress(phase: "p", completed: step, total: 100))
        }
        reporter.finish()
        #expect(stage.written.split(separator: "\n").count == 2)
        #expect(!stage.written.contains("\u{1B}"))
    }

    @Test func aTerminalGetsOneLineThatGoesAway() {
        let stage = Stage()
        let reporter = stage.reporter(isTerminal: true)
        for step in 1...10 {
            stage.advance(0.2)
            reporter.update(TrainingProgress(phase: "p", completed: step, total: 10))
        }
        reporter.finish()
        #expect(!stage.written.contains("\n"))
        #expect(stage.written.hasSuffix("\r\u{1B}[K"))
        #expect(stage.written.contains("100%"))
    }

    @Test func epochsAreKeptOnceEvenWhenQuiet() {
        let stage = Stage()
        let reporter = stage.reporter(isTerminal: true, isQuiet: true)
        for epoch in [1, 2, 1, 2, 3] {
            let record = EpochRecord(epoch: epoch, loss: 1, seconds: 1)
            reporter.update(TrainingProgress(phase: "p", completed: epoch, total: 3, finishedEpoch: record))
        }
        #expect(reporter.epochs.map(\.epoch) == [1, 2, 3])
        #expect(stage.written.isEmpty)
    }

    @Test func stepsAreTimedWithinAPhase() {
        let clock = StepClock()
        #expect(clock.median == nil)
        for (phase, completed) in [("a", 0), ("a", 1), ("a", 2), ("b", 3), ("b", 9)] {
            clock.update(TrainingProgress(phase: phase, completed: completed, total: 9))
        }
        #expect((clock.median ?? -1) >= 0)
    }

    @Test func numbersInWords() {
        #expect([0, 999, 1000, -1_234_567].map(Words.count) == ["0", "999", "1,000", "-1,234,567"])
        #expect(
            [0.04, 9.96, 59.4, 61, 3725, .infinity].map(Words.duration) == [
                "0.0 s", "10.0 s", "59 s", "1:01", "1:02:05", "?",
            ]
        )
        #expect([12, 999_600, 1_500_000_000].map(Words.bytes) == ["12 B", "1.0 MB", "1.5 GB"])
        #expect(Words.date(1_259_653_500) == "2009-12-01")
    }

    @Test func tablesAlign() {
        let table = ConsoleTable(header: ["a", "bb"], rows: [["long", "1"], ["é", "22"]])
        #expect(table.text == "a     bb\n----  --\nlong   1\né     22")
    }
}

import Foundation
import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels
import FreshetTensor
import Testing

@Suite struct PeriodProtocolTests {
    /// A folder of periods, gone after the body.
    private func withPeriods(_ texts: [String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("periods-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (period, text) in texts.enumerated() {
            try Data(text.utf8).write(to: folder.appendingPathComponent("period_\(period).txt"))
        }
        try body(folder.path)
    }

    /// Sessions that go round in the first `items` items, a session a start.
    private func rounds(_ items: Int) -> String {
        (0..<items * 4).map { session in
            (0..<4).map { "s\(session) i\((session + $0) % items)" }.joined(separator: "\n")
        }
        .joined(separator: "\n")
    }

    @Test func readsInterleavedSessions() throws {
        try withPeriods(["a 1\nb 2\na 3\n", "c 3\nc 9\nc 1\nd 9\nd 1"]) { folder in
            let stream = try PeriodStream(folder: folder)
            #expect(stream.periods[0][UserIndex(0)].items.map { stream.items[$0.position] } == ["1", "3"])
            #expect(stream.knownItems == [3, 4])
            // Item 9 is new, so session d has one item left.
            let sessions = stream.predictableSessions(of: 1)
            #expect(sessions.userCount == 1)
            #expect(sessions[UserIndex(0)].items.map { stream.items[$0.position] } == ["3", "1"])
            // A week of five lines, of which the session has the first and the third.
            let week: Int64 = 7 * 86_400
            #expect(Array(sessions[UserIndex(0)].times) == [week, week + 2 * week / 5])
        }
    }

    @Test func refusesWhatIsNoPeriod() throws {
        try withPeriods(["a 1\nb\n", "a 1"]) { folder in
            let error = #expect(throws: FreshetError.self) { try PeriodStream(folder: folder) }
            #expect(error?.message.contains("period_0.txt, line 2") == true)
        }
        try withPeriods(["a 1\n"]) { folder in
            #expect(throws: FreshetError.self) { try PeriodStream(folder: folder) }
        }
    }

    @Test(arguments: PeriodProtocol.Strategy.allCases) func learnsPeriodAfterPeriod(
        strategy: PeriodProtocol.Strategy
    ) throws {
        var settings = PeriodProtocol.Settings()
        settings.model.channels = 8
        settings.model.heads = 1
        settings.model.maximumLength = 4
        settings.model.relativePositions = 4
        settings.model.dropout = 0.1
        settings.model.negatives = 8
        settings.batchSize = 8
        settings.epochs = 25
        settings.patience = 25
        (settings.learningRate, settings.updateRate) = (0.02, 0.01)
        settings.exemplars = 20
        try withPeriods([rounds(30), rounds(40), rounds(44)]) { folder in
            let stream = try PeriodStream(folder: folder)
            func run() throws -> [PeriodProtocol.Cycle] {
                try PeriodProtocol(stream, settings: settings, seed: 1, pool: ThreadPool(threads: 1)).run(strategy)
            }
            let cycles = try run()
            #expect(cycles.map(\.cycle) == [1, 2])
            #expect(cycles.map(\.recallByPeriod.count) == [1, 2])
            #expect((cycles[1].figures["recall@10"] ?? 0) > 0.6)
            #expect(try run().map(\.figures) == cycles.map(\.figures))
            #expect((cycles[0].transformerFigures != nil) == (strategy == .continualHybrid))
        }
    }

    /// Worked by hand: period 1 fell from .5 to .3, period 2 rose from .4 to .6, the last has no past.
    @Test func backwardTransferIsTheMeanChange() throws {
        let rows = [[0.5], [0.2, 0.4], [0.3, 0.6, 0.7]]
        let cycles = rows.enumerated().map { number, row in
            PeriodProtocol.Cycle(
                cycle: number + 1,
                figures: ["recall@20": row[number]],
                transformerFigures: nil,
                recallByPeriod: row,
                validationRecall: 0,
                epochs: 1,
                seconds: 1
            )
        }
        let transfer = try #require(PeriodProtocol.backwardTransfer(of: cycles))
        #expect(abs(transfer - 0) < 1e-12)
        let mean = PeriodProtocol.means(of: cycles.map(\.figures))["recall@20"] ?? 0
        #expect(abs(mean - (0.5 + 0.4 + 0.7) / 3) < 1e-12)
    }
}

import FreshetCore
import Testing

@testable import FreshetFeedback

@Suite("Settled answers") struct SettledAnswersTests {
    private static let minute: Int64 = 60_000

    private static func answer(_ number: Int64, at minutes: Int64) -> (number: Int64, answer: Impression) {
        let items = ["a", "b", "c"].map { Impression.ShownItem(item: $0, score: 1) }
        return (
            number,
            Impression(id: "r\(number)", user: "u", time: minutes * minute, model: ModelVersion(1), items: items)
        )
    }

    private static func event(
        _ offset: Int64,
        _ type: String,
        _ item: String,
        on id: String,
        at minutes: Int64
    ) -> (offset: Int64, event: FeedbackEvent) {
        (offset, FeedbackEvent(user: "u", item: item, type: type, time: minutes * minute, recommendationID: id))
    }

    /// What is seen and clicked of each answer, as `01.` with a dot for what was not seen.
    private static func read(
        _ answers: [(number: Int64, answer: Impression)],
        _ events: [(offset: Int64, event: FeedbackEvent)],
        upTo minutes: Int64
    ) throws -> (settled: [String], unknown: Int) {
        var (settled, reader) = ([String](), SettledAnswers())
        let unknown = try reader.read(
            upTo: minutes * minute,
            answers: { after, limit in Array(answers.filter { $0.number > after }.prefix(limit)) },
            events: { after, limit in Array(events.filter { $0.offset > after }.prefix(limit)) }
        ) { answer, outcome in
            let places = (0..<outcome.count).map { outcome.isSeen($0) ? outcome.isClicked($0) ? "1" : "0" : "." }
            settled.append("\(answer.id) \(places.joined())")
        }
        return (settled, unknown)
    }

    @Test func eachComesOnceWithWhatWasSeenAndClicked() throws {
        let answers = [Self.answer(1, at: 0), Self.answer(2, at: 1), Self.answer(3, at: 2)]
        let events = [
            Self.event(1, "click", "b", on: "r1", at: 3), Self.event(2, "click", "b", on: "r1", at: 4),
            // From the first report on, what is reported or clicked was seen.
            Self.event(3, "seen", "a", on: "r2", at: 5), Self.event(4, "click", "c", on: "r2", at: 6),
            // Too late for a click.
            Self.event(5, "click", "a", on: "r3", at: 40),
        ]
        let read = try Self.read(answers, events, upTo: 10_000)
        #expect(read.settled == ["r1 010", "r2 0.1", "r3 000"] && read.unknown == 0)
    }

    @Test func whatMayStillBeClickedIsLeftOut() throws {
        let answers = [Self.answer(1, at: 0), Self.answer(2, at: 30)]
        // The window of half an hour and the hour of grace are over for the first alone.
        let read = try Self.read(answers, [Self.event(1, "click", "a", on: "r2", at: 31)], upTo: 100)
        #expect(read.settled == ["r1 000"] && read.unknown == 1)
    }

    @Test func longLogsAreSettledOnTheWay() throws {
        // Answers a minute apart for some days, of which each third is clicked.
        let answers = (1...3000).map { Self.answer($0, at: $0 * 2) }
        let events = (1...1000).map { Self.event($0, "click", "c", on: "r\($0 * 3)", at: $0 * 6 + 1) }
        let read = try Self.read(answers, events, upTo: 100_000)
        #expect(read.settled.count == 3000 && read.unknown == 0)
        #expect(read.settled.map { $0.hasSuffix("001") } == (1...3000).map { $0 % 3 == 0 })
    }
}

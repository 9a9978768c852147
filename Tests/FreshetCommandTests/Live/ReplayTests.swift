import Foundation
import FreshetCore
import FreshetData
import NIOCore
import Testing

@testable import freshet

@Suite struct ReplayTests {
    /// Two users; the second buys the same item twice in one second.
    private func dataset(times: [Timestamp] = [5, 9, 1, 7, 7]) -> Dataset {
        Dataset(
            users: IdentifierTable(["ann", "bob"]),
            items: IdentifierTable(["x", "y"]),
            eventTypes: [.purchase],
            histories: Histories(
                offsets: [0, 2, 5],
                items: [0, 1, 0, 1, 1].map(ItemIndex.init),
                times: times,
                values: times.isEmpty ? [] : [.nan, 2, .nan, .nan, .nan]
            )
        )
    }

    @Test func eventsComeInTheOrderOfTimeWithIdsOfTheirOwn() {
        let stream = ReplayStream(dataset())
        let events = (0..<stream.count).map { stream[$0] }
        #expect(events.map(\.time) == [1, 5, 7, 7, 9])
        #expect(events.map(\.user) == ["bob", "ann", "bob", "bob", "ann"])
        #expect(events[4].value == 2 && events[0].value == nil)
        #expect(Set(events.map(\.id)).count == 5)
        #expect(stream.busiestUser == "bob")
    }

    @Test func idsDoNotDependOnTheRestOfTheData() {
        let whole = ReplayStream(dataset())
        var part = dataset()
        part.histories = Histories(
            offsets: [0, 1, 3],
            items: [1, 1, 1].map(ItemIndex.init),
            times: [9, 7, 7],
            values: [2, .nan, .nan]
        )
        let later = ReplayStream(part)
        #expect((0..<3).map { later[$0] } == (2..<5).map { whole[$0] })
    }

    /// Searches stand among the events, in the order of time, each with an id of its own; one without a time comes last.
    @Test func searchesAreReplayed() throws {
        var dataset = dataset()
        dataset.searches = [
            Dataset.Search(user: UserIndex(0), text: "kettle", time: 7),
            Dataset.Search(user: UserIndex(1), text: "mug", time: nil),
            Dataset.Search(user: UserIndex(0), text: "kettle", time: 7),
        ]
        let stream = ReplayStream(dataset)
        let events = (0..<stream.count).map { stream[$0] }
        #expect(events.map(\.text) == [nil, nil, nil, nil, "kettle", "kettle", nil, "mug"])
        #expect(Set(events.map(\.id)).count == 8)
        var buffer = ByteBuffer()
        EventEncoder.append(events[4], to: &buffer)
        #expect(try JSONDecoder().decode(Event.self, from: Data(String(buffer: buffer).utf8)) == events[4])
    }

    @Test func withoutTimesTheOrderOfTheDataStays() {
        let stream = ReplayStream(dataset(times: []))
        let events = (0..<stream.count).map { stream[$0] }
        #expect(events.map(\.user) == ["ann", "ann", "bob", "bob", "bob"])
        #expect(events.allSatisfy { $0.time == nil } && Set(events.map(\.id)).count == 5)
    }

    @Test func encodedEventsAreReadAsTheyWere() throws {
        let events = [
            Event(
                user: "a\"\\\u{1}\n/é漢",
                item: "x",
                type: "buy now",
                value: 1.5,
                time: 12,
                id: "1",
                recommendationID: "r"
            ),
            Event(user: "b", item: "y", value: -0.25),
        ]
        var buffer = ByteBuffer()
        for event in events { EventEncoder.append(event, to: &buffer) }
        let lines = String(buffer: buffer).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(try lines.map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) } == events)
    }

    @Test func theClockKeepsThePace() {
        var clock = ReplayClock(.rate(10), firstTime: 100)
        #expect(clock.due(20, time: 150) == 2)
        // Twenty events were known and took half a second: the next is due at once, its successors a tenth later each.
        clock.skip(to: 20, time: 150, now: 0.5)
        #expect(clock.due(20, time: 150) == 0.5 && abs(clock.due(21, time: 150) - 0.6) < 1e-9)
        #expect(ReplayClock(.speed(25), firstTime: 100).due(1, time: 150) == 2)
        #expect(ReplayClock(.unlimited, firstTime: 0).due(9, time: 150) == 0)
    }

    @Test func waitsGrowAndEndAndTheServerIsHeard() {
        let policy = RetryPolicy(patience: 10, firstWait: 0.1, longestWait: 2)
        #expect(policy.wait(after: 1, elapsed: 0, retryAfter: nil) == 0.1)
        #expect(policy.wait(after: 3, elapsed: 1, retryAfter: nil) == 0.4)
        #expect(policy.wait(after: 60, elapsed: 9, retryAfter: nil) == 2)
        #expect(policy.wait(after: 1, elapsed: 0, retryAfter: 7) == 7)
        #expect(policy.wait(after: 9, elapsed: 10, retryAfter: 1) == nil)
        #expect(RetryPolicy.once.wait(after: 1, elapsed: 0, retryAfter: 1) == nil)
        #expect([429, 500, 503].allSatisfy(RetryPolicy.isRetryable))
        #expect(![200, 400, 401, 404, 413, 422, 501, 507].contains(where: RetryPolicy.isRetryable))
    }
}

import FreshetCore
import Testing

@testable import FreshetEngine

@Suite struct StreamClockTests {
    private func event(_ time: Int64, received: Int64) -> LoggedEvent {
        LoggedEvent(
            offset: 1,
            user: UserIndex(0),
            item: ItemIndex(0),
            type: 0,
            time: Timestamp(seconds: time),
            received: received * 1_000
        )
    }

    @Test func isTheClockWithoutEventsAndWithLiveOnes() {
        var clock = StreamClock()
        #expect(clock.time(at: 5_000) == 5_000)
        clock.note(event(6_000, received: 6_000))
        #expect(clock.time(at: 6_010) == 6_010)
    }

    @Test func countsFromTheNewestEventOfAReplayedPast() {
        var clock = StreamClock()
        clock.note(event(1_000, received: 9_000))
        #expect(clock.time(at: 9_030) == 1_030)
        // An older event that comes later changes nothing; a live one ends the past.
        clock.note(event(500, received: 9_100))
        #expect(clock.time(at: 9_100) == 1_100)
        clock.note(event(9_200, received: 9_200))
        #expect(clock.time(at: 9_201) == 9_201)
    }

    @Test func neverRunsAhead() {
        var clock = StreamClock()
        clock.note(event(20_000, received: 7_000))
        #expect(clock.time(at: 7_005) == 7_005)
        // The machine's clock was put back.
        #expect(clock.time(at: 6_000) == 6_000)
    }
}

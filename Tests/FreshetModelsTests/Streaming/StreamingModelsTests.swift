import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetModels

@Suite struct StreamingModelsTests {
    /// Events of a few users on a few items, with times that mostly go up.
    static func stream(_ count: Int, seed: UInt64 = 1) -> [StreamEvent] {
        var random = RandomSource(seed: seed)
        var histories = UserHistories(limit: 20)
        var known = Set<ItemIndex>()
        return (0..<count).map { index in
            let item = ItemIndex(min(random.below(50), random.below(50)))
            let event = LoggedEvent(
                offset: Int64(index + 1),
                user: UserIndex(random.below(9)),
                item: item,
                type: 0,
                time: Timestamp(seconds: 1_700_000_000 + Int64(index * 600 + random.below(3000)))
            )
            defer { histories.insert(event) }
            return StreamEvent(event: event, history: histories[event.user], isNewItem: known.insert(item).inserted)
        }
    }

    @Test func restoresFromItsCheckpoint() throws {
        let stream = Self.stream(600)
        var models = StreamingModels()
        for event in stream[..<400] { models.learn(event) }
        let checkpoint = models.checkpoint()
        var restored = try StreamingModels(from: checkpoint)
        #expect(restored.checkpoint() == checkpoint)
        #expect(restored.offset == 400)
        for event in stream[400...] {
            models.learn(event)
            restored.learn(event)
        }
        #expect(restored.checkpoint() == models.checkpoint())
        for halfLife in 0..<5 {
            #expect(restored.popularity.top(halfLife: halfLife) == models.popularity.top(halfLife: halfLife))
        }
    }

    @Test func isTheSameFunctionOfTheLog() {
        var first = StreamingModels()
        var second = StreamingModels()
        for event in Self.stream(300) { first.learn(event) }
        for event in Self.stream(300) { second.learn(event) }
        #expect(first.checkpoint() == second.checkpoint())
    }

    @Test func refusesForeignCheckpoints() {
        var models = StreamingModels()
        for event in Self.stream(20) { models.learn(event) }
        var damaged = models.checkpoint()
        damaged.arrays["coVisitation.rowLengths"] = StoredArray([Int32(1)])
        var otherDecay = StreamingModels.Configuration()
        otherDecay.popularityHalfLivesDays[0] = 2
        #expect(throws: FreshetError.self) { try StreamingModels(from: damaged) }
        #expect(throws: FreshetError.self) { try StreamingModels(from: models.checkpoint(), configuration: otherDecay) }
        #expect(throws: FreshetError.self) { try StreamingModels(from: Checkpoint()) }
    }

    @Test func knowsWhenItemsLived() {
        var models = StreamingModels()
        let nobody = History(items: [])
        for time in [500, 300, 900] as [Int64] {
            let event = LoggedEvent(
                offset: 1,
                user: UserIndex(0),
                item: ItemIndex(2),
                type: 0,
                time: Timestamp(seconds: time)
            )
            models.learn(event, after: nobody)
        }
        #expect(models.lifetime(of: ItemIndex(2)) == 300...900)
        #expect(models.lifetime(of: ItemIndex(1)) == nil)
        #expect(models.lifetime(of: ItemIndex(9)) == nil)
    }

    @Test func doesNotBelieveTimesAfterTheArrival() {
        var models = StreamingModels()
        let event = LoggedEvent(
            offset: 1,
            user: UserIndex(0),
            item: ItemIndex(0),
            type: 0,
            time: 9_000_000_000,
            received: 1_700_000_000_000
        )
        models.learn(event, after: History(items: []))
        #expect(models.popularity.newestTime == 1_700_000_001)
    }
}

import FreshetCore
import Testing

@testable import FreshetData

@Suite struct EventWeightsTests {
    private static let types: [EventType] = ["view", "dislike", "return", "impression"]

    /// One user's events, each an item and a type.
    private func histories(_ events: [(item: Int, type: UInt8)]) -> Histories {
        Histories(
            offsets: [0, events.count],
            items: events.map { ItemIndex($0.item) },
            times: events.indices.map { Timestamp(seconds: Int64($0)) },
            types: events.map(\.type),
            values: events.map { _ in .nan }
        )
    }

    private func weights(_ events: [(item: Int, type: UInt8)]) -> [Float] {
        histories(events).weighed(by: EventMeanings(), types: Self.types).weights
    }

    @Test func whatAllLikeHasNoWeights() {
        #expect(weights([(0, 0), (1, 0), (0, 0)]).isEmpty)
        #expect(histories([(0, 1)]).weighed(by: .allAlike, types: Self.types).weights.isEmpty)
    }

    @Test func whatIsSaidLaterReplacesWhatWasSaid() {
        #expect(weights([(0, 0), (1, 0), (0, 1)]) == [0, 1, -1])
        #expect(weights([(0, 1), (0, 0), (1, 1)]) == [0, 1, -1])
        #expect(weights([(0, 0), (1, 0), (0, 2)]) == [0, 1, 0])
        #expect(weights([(0, 1), (0, 2), (0, 3)]) == [-1, 0, 0])
        #expect(weights([(0, 0), (0, 2), (0, 0)]) == [0, 0, 1])
        #expect(weights([(0, 1), (0, 0), (0, 2)]) == [0, 0, 0])
    }

    /// A stream of events and a table of the same ones say the same of each, whatever their order.
    @Test func streamsAndTablesAgree() {
        var random = SplitMix64(state: 7)
        for _ in 0..<200 {
            let events = (0..<20).map { _ in
                (item: Int.random(in: 0..<4, using: &random), type: UInt8.random(in: 0..<4, using: &random))
            }
            var run = EventRun()
            var history = History(items: [])
            for (place, event) in events.enumerated() {
                let logged = LoggedEvent(
                    offset: Int64(place + 1),
                    user: UserIndex(0),
                    item: ItemIndex(event.item),
                    type: event.type,
                    time: Timestamp(seconds: Int64(place)),
                    weight: EventMeanings()[Self.types[Int(event.type)]].weight(of: .nan)
                )
                run.insert(logged)
                history.append(logged)
            }
            let wanted = weights(events)
            #expect(Array(run.newest(100).weights) == wanted && Array(history.weights) == wanted)
            #expect(Array(run.newest(5).weights) == Array(wanted.suffix(5)))
        }
    }

    /// In whatever order they arrive, a run is in the order of time, and of one moment in that of arrival.
    @Test func lateEventsFindTheirPlace() {
        var random = SplitMix64(state: 8)
        for _ in 0..<200 {
            var events = (0..<15).map { place in
                LoggedEvent(
                    offset: Int64(place + 1),
                    user: UserIndex(0),
                    item: ItemIndex(place),
                    type: 0,
                    value: Float(place),
                    time: Timestamp(milliseconds: Int64.random(in: 0..<8, using: &random))
                )
            }
            var run = EventRun()
            for event in events { run.insert(event) }
            events.sort { ($0.time, $0.offset) < ($1.time, $1.offset) }
            let history = run.newest(100)
            #expect(Array(history.items) == events.map(\.item) && Array(history.times) == events.map(\.time))
            #expect(Array(history.values) == events.map(\.value))
            let until = run.newest(4, until: 0.005)
            #expect(Array(until.items) == Array(events.filter { $0.time <= 0.005 }.map(\.item).suffix(4)))
        }
    }

    /// A view that comes late does not undo the dislike that followed it; a late dislike undoes what was before it.
    @Test func lateEventsWeighAsTheyWould() {
        func logged(_ time: Timestamp, _ weight: Float) -> LoggedEvent {
            LoggedEvent(offset: 1, user: UserIndex(0), item: ItemIndex(3), type: 0, time: time, weight: weight)
        }
        var run = EventRun()
        for event in [logged(5, -1), logged(2, 1)] { run.insert(event) }
        #expect(Array(run.newest(9).weights) == [0, -1])
        run = EventRun()
        for event in [logged(2, 1), logged(9, 1), logged(5, -1)] { run.insert(event) }
        #expect(Array(run.newest(9).weights) == [0, 0, 1])
    }

    @Test func partsOfAHistoryKeepTheirWeights() {
        let history = histories([(0, 0), (1, 1), (2, 0), (3, 3)])
            .weighed(by: EventMeanings(), types: Self.types)[UserIndex(0)]
        #expect(history.likings.items.map(\.position) == [0, 2] && history.likingCount == 2)
        #expect(history.dislikes.items.map(\.position) == [1])
        #expect(Array(history.dropLast(2).weights) == [1, -1])
    }

    @Test func theLastLikedEventIsHeldOut() throws {
        let dataset = Dataset(
            users: IdentifierTable(["a", "b"]),
            items: IdentifierTable(["w", "x", "y", "z"]),
            eventTypes: Self.types,
            histories: Histories(
                offsets: [0, 4, 6],
                items: [0, 1, 2, 3, 0, 1].map { ItemIndex($0) },
                times: [1, 2, 3, 4, 1, 2],
                types: [0, 0, 0, 1, 0, 1]
            ).weighed(by: EventMeanings(), types: Self.types)
        )
        let split = dataset.leavingLastOut()
        // Of the second user nothing is left to hold out; the dislike of the first one came after what is.
        #expect(split.holdouts == [Holdout(user: UserIndex(0), item: ItemIndex(2))])
        #expect(split.training.histories.offsets == [0, 2, 4])
        #expect(try dataset.split(atTime: 2).holdouts.map(\.item.position) == [1, 2])
    }

    @Test(arguments: [
        ("a,x,5\na,y,2\nb,x,3\n", [1, -1, 1]),
        ("a,x,10\na,y,4\na,z,5\nb,x,0\n", [1, -1, 0, 1]),
        ("a,x,1\na,y,-1\nb,x,0\n", [1, -1, 0]),
        ("a,x,80\na,y,40\nb,x,50\n", [1, -1, 0]),
        ("a,x,4\nb,x,4\n", []),
    ]) func ratingsHaveTheScaleThatFits(rows: String, weights: [Float]) throws {
        let result = try read("user,item,rating\n" + rows)
        #expect(result.dataset.histories.weights == weights)
        #expect(result.report.notes.contains { $0.hasPrefix("ratings from ") })
    }

    @Test func aChosenScaleStays() throws {
        var options = ImportOptions()
        options.meanings.types["rating"] = EventMeaning(likingFrom: 9, dislikeUpTo: 8)
        let rows = "user,item,rating\na,x,10\na,y,8\n"
        #expect(try read(rows, options).dataset.histories.weights == [1, -1])
        options.meanings = .allAlike
        #expect(try read(rows, options).dataset.histories.weights.isEmpty)
    }

    private func read(_ text: String, _ options: ImportOptions = ImportOptions()) throws -> ImportResult {
        let folder = try TemporaryFolder()
        return try DatasetReader(options: options).read(path: folder.write(text, to: "ratings.csv"))
    }
}

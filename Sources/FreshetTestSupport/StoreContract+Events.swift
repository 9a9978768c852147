import FreshetCore
import FreshetData
import Synchronization

extension StoreContract {
    func numbersEvents(_ store: any EngineStore) async throws {
        let vocabulary = store.vocabulary
        let empty = store.eventCount()
        try require(store.newestOffset == 0 && empty == 0, "a new log is not empty")
        let events = [
            Event(user: "ann", item: "tea", type: .view, value: 0.1, time: 1_000),
            Event(user: "bob", item: "tea", type: .purchase, time: -5),
            Event(user: "ann", item: "cup", type: "wish", value: -3e30, time: 1_001, id: "e3", recommendationID: "r"),
        ]
        let receipts = try await [store.append(Array(events[..<2])), store.append([]), store.append([events[2]])]
        try require(receipts.map(\.events.count) == [2, 0, 1], "receipts hold \(receipts.map(\.events.count)) events")
        let logged = try store.events(after: 0, limit: 10)
        try require(same(logged, receipts.flatMap(\.events)), "the log holds \(logged), the receipts \(receipts)")
        try require(logged.map(\.offset) == [1, 2, 3], "offsets \(logged.map(\.offset))")
        let count = store.eventCount()
        try require(store.newestOffset == 3 && count == 3, "\(count) events up to \(store.newestOffset)")
        for (event, logged) in zip(events, logged) {
            try require(vocabulary.id(of: logged.user) == event.user, "the user of \(event) is another")
            try require(vocabulary.id(of: logged.item) == event.item, "the item of \(event) is another")
            try require(vocabulary.eventTypes[Int(logged.type)] == event.type, "the type of \(event) is another")
            try require(
                event.value.map { $0 == logged.value } ?? logged.value.isNaN,
                "the value of \(event) is another"
            )
            try require(logged.time == event.time, "the time of \(event) is another")
        }
    }

    func readsByOffset(_ store: any EngineStore) async throws {
        for start in stride(from: 0, to: 30, by: 10) {
            _ = try await store.append((start..<start + 10).map { Event(user: "u\($0 % 3)", item: "i\($0)", time: 1) })
        }
        for portion in [1, 7, 30, 100] {
            var offsets: [Int64] = []
            while true {
                let events = try store.events(after: offsets.last ?? 0, limit: portion)
                guard !events.isEmpty else { break }
                try require(events.count <= portion, "\(events.count) events instead of \(portion)")
                offsets += events.map(\.offset)
            }
            try require(offsets == Array(1...30), "in portions of \(portion): \(offsets)")
        }
        let (beyond, nothing) = try (store.events(after: 30, limit: 5), store.events(after: 3, limit: 0))
        try require(beyond.isEmpty && nothing.isEmpty, "events where there are none")
    }

    func countsIdentifiersOnce(_ store: any EngineStore) async throws {
        func event(_ id: String?) -> Event { Event(user: "u", item: "i", time: 1, id: id) }
        let first = try await store.append([event("a"), event("b"), event("a"), event(nil), event(nil)])
        try require(first.events.count == 4 && first.duplicates == 1, "within a request: \(first)")
        let second = try await store.append([event("b"), event("c")])
        try require(second.events.map(\.offset) == [5] && second.duplicates == 1, "between requests: \(second)")
        let kept = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<16 { group.addTask { try await store.append([event("x"), event("y")]).events.count } }
            return try await group.reduce(0, +)
        }
        try require(kept == 2, "16 concurrent requests with two ids added \(kept) events")
        let count = store.eventCount()
        try require(count == 7 && store.newestOffset == 7, "\(count) events up to \(store.newestOffset)")
    }

    func appendsConcurrently(_ store: any EngineStore) async throws {
        let vocabulary = store.vocabulary
        let receipts = try await withThrowingTaskGroup(of: (Int, AppendReceipt).self) { group in
            for writer in 0..<24 {
                group.addTask {
                    let events = (0...writer % 5).map {
                        Event(user: "u\(writer)", item: "i\(writer % 7)-\($0)", time: 1)
                    }
                    return (writer, try await store.append(events))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for (writer, receipt) in receipts {
            let offsets = receipt.events.map(\.offset)
            try require(offsets.count == writer % 5 + 1, "a receipt of \(offsets.count) events")
            try require(zip(offsets, offsets.dropFirst()).allSatisfy { $1 == $0 + 1 }, "a request is torn: \(offsets)")
            for event in receipt.events {
                try require(vocabulary.id(of: event.user) == "u\(writer)", "a receipt with another's events")
            }
        }
        let logged = try store.events(after: 0, limit: 1000)
        try require(logged.map(\.offset) == Array(1...Int64(logged.count)), "offsets \(logged.map(\.offset))")
        let acknowledged = receipts.flatMap(\.1.events).sorted { $0.offset < $1.offset }
        try require(same(logged, acknowledged), "the log and the receipts differ")
    }

    func observesInOrder(_ store: any EngineStore) async throws {
        let seen = Box()
        store.setObserver { events in seen.offsets.withLock { $0 += events.map(\.offset) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<12 {
                group.addTask {
                    for step in 0..<4 {
                        let events = [
                            Event(user: "u\(writer)", item: "i\(step)", time: 1),
                            Event(user: "u", item: "i", time: 1, id: "same"),
                        ]
                        let offsets = try await store.append(events).events.map(\.offset)
                        let observed = seen.offsets.withLock { Set($0) }
                        try require(observed.isSuperset(of: offsets), "acknowledged before it was observed: \(offsets)")
                    }
                }
            }
            try await group.waitForAll()
        }
        let offsets = seen.offsets.withLock { $0 }
        try require(offsets == Array(1...49), "the observer saw \(offsets)")
    }

    func findsNewestEvents(_ store: any EngineStore) async throws {
        let vocabulary = store.vocabulary
        for step in 0..<20 {
            _ = try await store.append([
                Event(user: "often", item: "i\(step)", time: Timestamp(seconds: Int64(step))),
                Event(
                    user: step % 10 == 3 ? "seldom" : "often",
                    item: "i\(step)",
                    time: Timestamp(seconds: Int64(step))
                ),
            ])
        }
        guard let often = vocabulary.user("often"), let seldom = vocabulary.user("seldom") else {
            throw ContractViolation(description: "a user has no number")
        }
        let expected = try store.events(after: 0, limit: 100)
        for (user, limit) in [(often, 1), (often, 5), (often, 100), (seldom, 1), (seldom, 2), (seldom, 3)] {
            let found = try store.newestEvents(of: user, limit: limit)
            let wanted = Array(expected.filter { $0.user == user }.suffix(limit))
            try require(same(found, wanted), "the newest \(limit) of \(user) are \(found.map(\.offset))")
        }
        // One that happened between the others has its place there, however late it came.
        let late = try await store.append([Event(user: "often", item: "late", time: 11.5)]).events[0]
        let place = expected.filter { $0.user == often && $0.time > late.time }.count
        let found = try store.newestEvents(of: often, limit: place + 1).map(\.offset)
        try require(found.first == late.offset, "an event that came late is not at its place: \(found)")
        try require(try store.newestEvents(of: often, limit: 1).map(\.offset) != [late.offset], "the late one is first")
        let (none, nobody) = try (
            store.newestEvents(of: often, limit: 0), store.newestEvents(of: UserIndex(1_000), limit: 5)
        )
        try require(none.isEmpty && nobody.isEmpty, "events where there are none")
    }

    func fillsInDefaults(_ store: any EngineStore) async throws {
        let event = try await store.append([Event(user: "u", item: "i")]).events[0]
        try require(event.value.isNaN, "no value became \(event.value)")
        // Between 2020 and 2100, in milliseconds.
        try require((1_577_836_800_000..<4_102_444_800_000).contains(event.received), "received at \(event.received)")
        try require(event.time.milliseconds == event.received, "an event without a time is of \(event.time)")
    }

    func distinguishesBytes(_ store: any EngineStore) async throws {
        let vocabulary = store.vocabulary
        // The first two look the same and are equal as Swift strings; the third ends within what C takes for its end.
        let names = ["caf\u{E9}", "cafe\u{301}", "a\u{0}b", "a", "\u{1F9C3}", String(repeating: "x", count: 256)]
        _ = try await store.append(names.map { Event(user: $0, item: $0, time: 1) })
        let logged = try await store.append(names.map { Event(user: $0, item: $0, time: 2) }).events
        try require(logged.map(\.user.position) == Array(names.indices), "users \(logged.map(\.user.position))")
        try require(logged.map(\.item.position) == Array(names.indices), "items \(logged.map(\.item.position))")
        for (name, event) in zip(names, logged) {
            let same = Array(vocabulary.id(of: event.user).utf8) == Array(name.utf8)
            try require(same, "'\(name)' comes back as '\(vocabulary.id(of: event.user))'")
        }
    }

    func boundsEventTypes(_ store: any EngineStore) async throws {
        let vocabulary = store.vocabulary
        func event(_ type: Int) -> Event { Event(user: "u", item: "i", type: EventType(rawValue: "t\(type)"), time: 1) }
        _ = try await store.append((0..<255).map(event))
        do {
            _ = try await store.append([event(1), event(255), event(256)])
            throw ContractViolation(description: "257 event types are accepted")
        } catch let error as FreshetError {
            try require(error.kind == .usage, "257 event types are an error of kind \(error.kind)")
        }
        try require(vocabulary.eventTypes.count == 255, "a refused request left \(vocabulary.eventTypes.count) types")
        let type = try await store.append([event(255)]).events[0].type
        try require(type == 255 && vocabulary.eventTypes.count == 256, "the 256th type is \(type)")
    }
}

/// Whether two lists of events are equal, those without a value among them.
private func same(_ left: [LoggedEvent], _ right: [LoggedEvent]) -> Bool {
    func comparable(_ event: LoggedEvent) -> LoggedEvent {
        var event = event
        // Not a number is not equal to itself.
        if event.value.isNaN { event.value = .infinity }
        return event
    }
    return left.map(comparable) == right.map(comparable)
}

/// What an observer saw.
private final class Box: Sendable {
    let offsets = Mutex<[Int64]>([])
}

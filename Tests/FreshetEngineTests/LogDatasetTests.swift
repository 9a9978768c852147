import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import Testing

@testable import FreshetEngine

/// The log as a data set.
@Suite struct LogDatasetTests {
    /// The event held out is the last that happened, not the last that arrived.
    @Test func lateEventsAreInTheirPlace() {
        let events = (0..<20).flatMap { user in
            [7, 3, 9, 5].enumerated().map { place, time in
                LoggedEvent(
                    offset: Int64(user * 4 + place + 1),
                    user: UserIndex(user),
                    item: ItemIndex(time),
                    type: 0,
                    time: Timestamp(seconds: Int64(time))
                )
            }
        }
        let data = LogDataset.grouped(
            events,
            users: IdentifierTable((0..<20).map { "u\($0)" }),
            items: IdentifierTable((0..<10).map { "i\($0)" }),
            eventTypes: [.view]
        )
        #expect(!data.validation.isEmpty && data.validation.allSatisfy { $0.item == ItemIndex(9) })
        let heldOut = Set(data.validation.map(\.user))
        for user in (0..<20).map({ UserIndex($0) }) {
            #expect(data.histories[user].times.map(\.seconds) == (heldOut.contains(user) ? [3, 5, 7] : [3, 5, 7, 9]))
        }
    }

    @Test func everyEventIsInHistoryOrHeldOutInOrderOfLog() {
        var random = RandomSource(seed: 3)
        let (users, items) = (40, 9)
        let events = (0..<700).map { index in
            LoggedEvent(
                offset: Int64(index + 1),
                user: UserIndex(
                    min(Int.random(in: 0..<users, using: &random), Int.random(in: 0..<users, using: &random))
                ),
                item: ItemIndex(Int.random(in: 0..<items, using: &random)),
                type: UInt8(index % 2),
                time: Timestamp(seconds: Int64(index))
            )
        }
        let data = LogDataset.grouped(
            events,
            users: IdentifierTable((0..<users).map { "u\($0)" }),
            items: IdentifierTable((0..<items).map { "i\($0)" }),
            eventTypes: [.view, .cart]
        )
        #expect(data.histories.eventCount + data.validation.count == events.count)
        #expect(!data.validation.isEmpty)
        #expect(data.validation.count <= users / 10 + 1)
        let heldOut = Dictionary(uniqueKeysWithValues: data.validation.map { ($0.user, $0.item) })
        for user in (0..<users).map({ UserIndex($0) }) {
            let wanted = events.filter { $0.user == user }
            let history = data.histories[user]
            #expect(Array(history.items) + (heldOut[user].map { [$0] } ?? []) == wanted.map(\.item))
            #expect(Array(history.times) == Array(wanted.map(\.time).prefix(history.count)))
            #expect(Array(history.types) == Array(wanted.map(\.type).prefix(history.count)))
        }
    }
}

import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import Testing

@testable import FreshetEngine

/// The log as a data set.
@Suite struct LogDatasetTests {
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

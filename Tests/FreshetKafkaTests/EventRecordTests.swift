import FreshetCore
import Testing

@testable import FreshetKafka

@Suite struct EventRecordTests {
    /// As protoc encodes it: user "ann", item "tea", type "rating", value 4.5, time 1700000000123, id "e1".
    private static let rating: [UInt8] =
        [0x0A, 3] + Array("ann".utf8) + [0x12, 3] + Array("tea".utf8) + [0x1A, 6] + Array("rating".utf8)
        + [0x21, 0, 0, 0, 0, 0, 0, 0x12, 0x40] + [0x28, 0xFB, 0xD0, 0x95, 0xFF, 0xBC, 0x31] + [0x32, 2]
        + Array("e1".utf8)

    @Test func readsAnEvent() throws {
        let event = try EventRecord.event(Self.rating)
        let time = Timestamp(milliseconds: 1_700_000_000_123)
        #expect(event == Event(user: "ann", item: "tea", type: .rating, value: 4.5, time: time, id: "e1"))
    }

    @Test func readsASearchOfAVisitor() throws {
        let bytes: [UInt8] = [0x42, 2] + Array("77".utf8) + [0x4A, 4] + Array("lamp".utf8)
        #expect(try EventRecord.event(bytes) == Event(user: "session:77", searching: "lamp", session: "77"))
    }

    /// A field of each wire type that the schema of today does not have.
    @Test func passesOverFieldsOfALaterSchema() throws {
        let later: [UInt8] =
            [0xA0, 1, 0x96, 1] + [0xA9, 1, 1, 2, 3, 4, 5, 6, 7, 8] + [0xB2, 1, 2, 9, 9] + [0xBD, 1, 1, 2, 3, 4]
        #expect(try EventRecord.event(later + Self.rating) == EventRecord.event(Self.rating))
    }

    @Test func refusesWhatIsCutOff() {
        let whole = Self.rating
        // Between two fields the rest may be missing; the first two are needed.
        let ends = [10, 18, 27, 34, 38]
        for end in whole.indices where !ends.contains(end) {
            #expect(throws: BadMessage.self) { try EventRecord.event(Array(whole[..<end])) }
        }
    }

    private static let others: [[UInt8]] = [
        [0x0B], [0x00, 1], [0x08, 1], [0x0A, 1, 0xFF], [0x0A] + [UInt8](repeating: 0xFF, count: 11),
    ]

    @Test(arguments: others)
    func refusesOtherBytes(_ bytes: [UInt8]) {
        #expect(throws: BadMessage.self) { try EventRecord.event(bytes) }
    }
}

import Foundation
import FreshetCore
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:01.999Z", 1), ("1969-12-31T23:59:59Z", -1),
        ("2024-02-29T12:30:00Z", 1_709_209_800), ("2024-02-29t12:30:00z", 1_709_209_800),
        ("2024-02-29 12:30", 1_709_209_800), ("2024-02-29T13:30:00+01:00", 1_709_209_800),
        ("2024-02-29T07:00:00-05:30", 1_709_209_800), ("2000-02-29", 951_782_400), ("0001-01-01", -62_135_596_800),
        ("2016-12-31T23:59:60Z", 1_483_228_800),
    ])
    func readsText(text: String, seconds: Int64) {
        #expect(Timestamp.seconds(from: text) == seconds)
    }

    @Test(arguments: [
        "", "now", "2024", "2024-1-1", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31",
        "2024-02-29T", "2024-02-29T24:00:00Z", "2024-02-29T12:60:00Z", "2024-02-29T12:30:61Z", "2024-02-29T12:30:00.Z",
        "2024-02-29T12:30:00Zx", "2024-02-29T12:30:00+1:00", "2024-02-29X12:30:00Z", "2024-02-29T12:30:00+24:00",
    ])
    func refusesOtherText(text: String) {
        #expect(Timestamp.seconds(from: text) == nil)
    }

    @Test func agreesWithFoundation() {
        let formatter = ISO8601DateFormatter()
        for seconds in stride(from: Int64(-60_000_000_000), through: 250_000_000_000, by: 987_654_321) {
            let text = Timestamp.text(from: seconds)
            #expect(Timestamp.seconds(from: text) == seconds)
            if seconds > 0 {
                #expect(text == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
            }
        }
    }
}

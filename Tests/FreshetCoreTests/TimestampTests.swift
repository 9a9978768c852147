import Foundation
import FreshetCore
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01", 0, "thursday"), ("1969-12-31T23:59:59Z", 23, "wednesday"),
        ("2024-02-29T12:30:00Z", 12, "thursday"), ("2026-11-30T22:40:00Z", 22, "monday"),
        ("1900-01-07T01:00:00Z", 1, "sunday"),
    ])
    func knowsTheHourAndTheWeekday(text: String, hour: Int, weekday: String) throws {
        let time = try #require(Timestamp(text))
        #expect(time.hour == hour && time.weekday == weekday)
    }

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

    /// Noon of 1 May 2024 in UTC, in every form of ISO 8601 that names it.
    @Test(arguments: [
        "2024-05-01T12:00:00Z", "2024-05-01 12:00:00 UTC", "2024-05-01 12:00:00+00", "2024-05-01T12:00:00+0000",
        "2024-05-01T14:00:00+02", "2024-05-01T17:30:00+0530", "2024-05-01T07:00:00-05:00", "20240501T120000Z",
        "20240501T1200", "2024-05-01T12", "2024-122T12:00:00Z", "2024122T120000Z", "2024-W18-3T12:00:00Z",
        "2024W183T12", "2024/05/01 12:00:00", "2024/5/1 12:00", "2024-05-01T14:00:00+02:00[Europe/Berlin]",
        "2024-05-01T09:00:00\u{2212}03:00", "2024-05-01  12:00:00 GMT", "2024-05-01T12:00:00.0000000Z",
    ])
    func readsEveryForm(text: String) {
        #expect(Timestamp.milliseconds(from: text) == 1_714_564_800_000)
    }

    @Test(arguments: [
        ("2024-05-01T12:00:00.257Z", 257), ("2024-05-01T12:00:00,257999Z", 257), ("2024-05-01T12:00:00.5", 500),
        ("2024-05-01T12:00.5Z", 30_000), ("2024-05-01T12,25Z", 900_000), ("20240501T120000.001Z", 1),
        ("2024-05-01T12:00:00.123456789012345Z", 123),
    ])
    func keepsMilliseconds(text: String, rest: Int64) {
        #expect(Timestamp.milliseconds(from: text) == 1_714_564_800_000 + rest)
        #expect(Timestamp.seconds(from: text) == 1_714_564_800 + rest / 1000)
    }

    @Test(arguments: [
        "2024-366T00:00:00Zx", "2023-366", "2024-W53-1", "2024-W00-1", "2024-W18-8", "2024-05-01T12:00:00 CET",
        "2024-05-01T1200:00", "2024-05-01T12:00:00+02:00[Berlin", "2024-05-01T12:00:00,", "01/05/2024", "45413.5",
    ])
    func refusesOtherForms(text: String) {
        #expect(Timestamp.milliseconds(from: text) == nil)
    }

    @Test(arguments: [
        (0, "0"), (1_714_564_800_000, "1714564800"), (1_714_564_800_415, "1714564800.415"), (1_500, "1.5"),
        (7, "0.007"),
        (-5_000, "-5"), (-1_250, "-1.25"), (-1, "-0.001"),
    ])
    func writesDecimalSeconds(milliseconds: Int64, text: String) {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(time.decimalSeconds == text)
        #expect(Double(text).flatMap(Timestamp.init(seconds:)) == time)
    }

    /// Every millisecond of a second comes back from the number that JSON has for it.
    @Test func keepsEveryMillisecondOfANumber() {
        for rest in Int64(0)..<1000 {
            for second in [-1, 0, 1_714_564_800] as [Int64] {
                let time = Timestamp(milliseconds: second * 1000 + rest)
                #expect(Double(time.decimalSeconds).flatMap(Timestamp.init(seconds:)) == time)
                #expect(time.seconds == second)
            }
        }
    }

    @Test func limitsWhatIsTooLarge() {
        #expect(Timestamp(seconds: 0x1p53) == nil && Timestamp(seconds: Double.nan) == nil)
        #expect(
            Timestamp(seconds: Int64.max).milliseconds == .max && Timestamp(seconds: Int64.min).milliseconds == .min
        )
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

@Suite struct TimeUnitTests {
    /// Noon of 30 November 2025 and a time of 1995, in the units that programs count in.
    @Test(
        arguments: [(1_764_504_000.0, "1764504000"), (800_000_000, "800000000")],
        [
            (1e3, "milliseconds"), (1e6, "microseconds"), (1e9, "nanoseconds"),
        ]
    ) func finerUnitsAreNamed(time: (seconds: Double, text: String), unit: (factor: Double, name: String)) {
        let hint = Timestamp.unitHint(for: time.seconds * unit.factor)
        #expect(hint == "it looks like \(unit.name): send seconds, here \(time.text)")
    }

    @Test(arguments: [0, -5, 1_764_504_000, 4_102_444_800, 5e9, 1e30, .infinity])
    func secondsAndNonsenseAreNot(number: Double) { #expect(Timestamp.unitHint(for: number) == nil) }
}

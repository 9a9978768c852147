import Foundation
import FreshetCore
import Testing

@testable import FreshetData

@Suite struct TimeFormTests {
    /// Noon of 1 May 2024 in UTC.
    static let noon: Int64 = 1_714_564_800_000

    func milliseconds(_ text: String, _ form: TimeForm = .text) throws -> Int64 {
        try Array(text.utf8).withUnsafeBufferPointer { try form.milliseconds($0) }
    }

    @Test(arguments: [
        "2024-05-01T12:00:00Z", "2024-05-01 12:00:00 UTC", "2024-05-01 12:00:00+00", "2024-05-01 14:00:00 +0200",
        "Wed, 01 May 2024 12:00:00 +0000", "1 May 2024 12:00 GMT", "Wed, 1 May 2024 07:00:00 EST",
        "Wed May 01 12:00:00 +0000 2024", "Wed May  1 12:00:00 2024", "Wed May  1 12:00:00 UTC 2024",
        "01-May-2024 14:00:00 +0200",
    ])
    func readsNoonAsText(text: String) throws {
        #expect(try milliseconds(text) == Self.noon)
    }

    @Test(arguments: [
        "5/1/2024 12:00:00 PM", "01/05/2024 12:00", "1 May 2024", "May 1, 2024", "45413.5", "1714564800", "noon", "",
        "Wed, 32 May 2024 12:00:00 +0000", "Wed May 01 12:00:00 +0000", "1 Mai 2024 12:00 GMT",
        "2024-05-01 12:00:00 CEST",
    ])
    func refusesWhatMayMeanTwoThings(text: String) {
        #expect(throws: TimeFault.self) { try milliseconds(text) }
    }

    @Test func readsNumbers() throws {
        #expect(try milliseconds("1714564800", .number(.seconds)) == Self.noon)
        #expect(try milliseconds("1.7145648E9", .number(.seconds)) == Self.noon)
        #expect(try milliseconds("1714564800.257", .number(.seconds)) == Self.noon + 257)
        #expect(try milliseconds("-0.5", .number(.seconds)) == -500)
        #expect(try milliseconds("1714564800257", .number(.milliseconds)) == Self.noon + 257)
        #expect(try milliseconds("1714564800257999", .number(.microseconds)) == Self.noon + 257)
        #expect(try milliseconds("1714564800257000000", .number(.nanoseconds)) == Self.noon + 257)
        #expect(try milliseconds("7", .number(.milliseconds)) == 7)
        #expect(try milliseconds("20240501", .digits) == Self.noon - 43_200_000)
        #expect(try milliseconds("20240501120000", .digits) == Self.noon)
    }

    @Test(arguments: [
        ("1714564800", ImportOptions.TimeUnit.milliseconds, ImportOptions.TimeUnit.seconds),
        ("1714564800000", .seconds, .milliseconds), ("1714564800000", .microseconds, .milliseconds),
        ("1714564800000000", .milliseconds, .microseconds), ("1714564800000000000", .seconds, .nanoseconds),
    ])
    func tellsAnotherUnit(text: String, unit: ImportOptions.TimeUnit, other: ImportOptions.TimeUnit) {
        do {
            _ = try milliseconds(text, .number(unit))
            Issue.record("\(text) was read")
        } catch TimeFault.otherUnit(let found) {
            #expect(found == other)
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test(arguments: [
        ("%m/%d/%Y %I:%M:%S %p", "5/1/2024 12:00:00 PM"), ("%d/%m/%Y %H:%M", "01/05/2024 12:00"),
        ("%d %b %Y %H:%M", "1 May 2024 12:00"), ("%A, %d. %B %Y %T", "Wednesday, 01. May 2024 12:00:00"),
        ("%D %R", "05/01/24 12:00"), ("%FT%T%z", "2024-05-01T14:00:00+0200"), ("%Y%j %H", "2024122 12"),
        ("%s", "1714564800"),
        ("%-d.%-m.%Y %H:%M:%S.%f", "1.5.2024 12:00:00.000"), ("excel", "45413.5"),
    ])
    func readsByAPattern(pattern: String, text: String) throws {
        let form = TimeForm.pattern(try TimePattern(pattern))
        #expect(try milliseconds(text, form) == Self.noon)
        #expect(throws: TimeFault.self) { try milliseconds(text + "x", form) }
        #expect(throws: TimeFault.self) { try milliseconds("", form) }
    }

    @Test func readsFractionsAndMidnightByAPattern() throws {
        let form = TimeForm.pattern(try TimePattern("%m/%d/%Y %I:%M:%S %p"))
        #expect(try milliseconds("5/1/2024 12:00:00.25 AM", form) == Self.noon - 43_200_000 + 250)
        #expect(throws: TimeFault.self) { try milliseconds("13/1/2024 12:00:00 PM", form) }
    }

    @Test(arguments: ["%Q", "%H:%M", "%Y", "%Y-%m-%d %I:%M", "%"]) func refusesPatterns(pattern: String) {
        let error = #expect(throws: FreshetError.self) { try TimePattern(pattern) }
        #expect(error?.kind == .usage && error?.remedy?.contains("%Y") == true)
    }

    /// Random and damaged texts are read or refused, and never end the process.
    @Test func survivesAnyText() {
        var generator = TestGenerator(seed: 8)
        let forms: [TimeForm] =
            ImportOptions.TimeUnit.allCases.map { .number($0) } + [.digits, .text]
            + ["%m/%d/%Y %I:%M:%S %p", "%s.%f", "excel"].compactMap { (try? TimePattern($0)).map { .pattern($0) } }
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                    "0123456789-+:.,TZ /WedMay PM\u{2212}[]eE".randomElement(using: &generator)!
                }
            )
            for form in forms { _ = try? milliseconds(text, form) }
        }
    }
}

/// Days and dates of the proleptic Gregorian calendar, in UTC.
package enum GregorianCalendar {
    /// The seconds of a day.
    package static let daySeconds: Int64 = 86_400

    /// How many days a month has.
    package static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: isLeapYear(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Whether a year has 366 days.
    package static func isLeapYear(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    // The two conversions count years from March, so that the leap day is the last of its year, in cycles of 400 years
    // (146,097 days); Howard Hinnant, "chrono-compatible low-level date algorithms".

    /// The day of a date, counted from 1970-01-01; `nil` when there is no such date.
    package static func day(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard (1...12).contains(month), (1...days(in: month, of: year)).contains(day) else { return nil }
        let year = month <= 2 ? year - 1 : year
        let cycle = floorDivide(year, 400)
        let yearOfCycle = year - cycle * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return cycle * 146_097 + yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear - 719_468
    }

    /// The day of an ordinal date, such as the 122nd day of 2024.
    package static func day(year: Int64, dayOfYear: Int64) -> Int64? {
        guard (1...(isLeapYear(year) ? 366 : 365)).contains(dayOfYear) else { return nil }
        return day(year: year, month: 1, day: 1).map { $0 + dayOfYear - 1 }
    }

    /// The day of a week date (ISO 8601): week 1 has the year's first Thursday, weeks begin on Monday.
    package static func day(weekYear year: Int64, week: Int64, weekday: Int64) -> Int64? {
        guard (1...53).contains(week), (1...7).contains(weekday),
            let first = mondayOfFirstWeek(of: year), let next = mondayOfFirstWeek(of: year + 1)
        else { return nil }
        let day = first + (week - 1) * 7 + weekday - 1
        return day < next ? day : nil
    }

    /// The date of a day counted from 1970-01-01.
    package static func date(of days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let cycle = floorDivide(shifted, 146_097)
        let dayOfCycle = shifted - cycle * 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// A quotient rounded down.
    package static func floorDivide(_ left: Int64, _ right: Int64) -> Int64 {
        left >= 0 ? left / right : -((right - 1 - left) / right)
    }

    private static func mondayOfFirstWeek(of year: Int64) -> Int64? {
        // The fourth of January is always in week 1; 1970-01-01 was a Thursday.
        day(year: year, month: 1, day: 4).map { $0 - (($0 + 3) % 7 + 7) % 7 }
    }
}

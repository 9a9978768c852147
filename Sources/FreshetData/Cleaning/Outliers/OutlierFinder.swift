import Foundation
import FreshetCore

/// Finds users who act like machines, and events that were written in bulk, by what is usual in the log itself.
///
/// A user stands out by one of the figures of ``UserActivity``: the rate of their events, how they repeat items, how even
/// the gaps between their events are. Each has to be two things at once:
///
/// - **far from the log's other users**: ten deviations beyond their median. The deviation is taken from the median of the
///   absolute deviations, which robots can move only when they are nearly half of all users (Hampel, "The influence curve
///   and its role in robust estimation", JASA 1974); a mean and a standard deviation would hide the robots that made them.
/// - **beyond a floor** that people do not reach. Without it a log of people who hardly differ would have outliers, and a
///   small one by chance. The floors lie above the most extreme of the 22,000 users of four public logs of films and a shop.
///
/// Where many act the same way, as in a log of sensors, nobody stands out. It takes one pass over each user's events.
struct OutlierFinder {
    /// Whoever has fewer events has shown too little to be judged.
    static let fewestEvents = 100
    /// How many deviations from the median are far.
    static let deviations = 10.0
    /// The floor of the rate: an event every two seconds for ten minutes.
    static let floorOfRate = 300.0
    /// The floor of repetition: events for each of a few items.
    static let floorOfRepetition = 20.0
    /// Whoever goes back to more items than these has a taste, or a shop to supply.
    static let mostRepeatedItems = 10.0
    /// The entropy of gaps, in bits, below which they are a machine's; that of people is about 4 and seldom below 2.5.
    static let floorOfGapEntropy = 1.5
    /// From this share of the users on, even gaps are how the log was made.
    static let shareOfEvenUsers = 0.25
    /// What is usual is taken from at most this number of users, spread evenly.
    private static let comparedUsers = 10_000

    /// A user who acts like a machine.
    struct Suspect {
        let user: Int
        /// What gave them away, with the figures.
        let reasons: [String]
    }

    /// The suspects, by number.
    private(set) var suspects: [Suspect] = []
    /// The instants that hold events written in bulk.
    let instants: [OutlierReport.Instant]

    /// Looks for outliers.
    ///
    /// - Parameters:
    ///   - histories: the events before any filter.
    ///   - itemCount: how many items there are.
    init(_ histories: Histories, itemCount: Int) {
        let times = TimeSample(of: histories)
        instants = times.map { BulkInstants.find(in: histories, $0) } ?? []
        let counts = zip(histories.offsets.dropFirst(), histories.offsets).map { $0 - $1 }
        let judged = counts.indices.filter { counts[$0] >= Self.fewestEvents }
        guard !judged.isEmpty else { return }
        var meter = ActivityMeter(histories, itemCount: itemCount, resolution: times?.resolution)
        let active = counts.indices.filter { counts[$0] > 0 }
        let step = max(1, active.count / Self.comparedUsers)
        let usual = Usual(stride(from: 0, to: active.count, by: step).map { meter.activity(of: active[$0]) })
        for user in judged {
            let reasons = usual.reasons(against: meter.activity(of: user))
            if !reasons.isEmpty { suspects.append(Suspect(user: user, reasons: reasons)) }
        }
    }

    /// Whether nothing was found.
    var isEmpty: Bool { suspects.isEmpty && instants.isEmpty }

    /// What is usual in a log.
    private struct Usual {
        /// The median over users, what lies far above it, and what no outlier lies below.
        typealias Bound = (median: Double, far: Double, floor: Double)

        let rate: Bound
        let repetition: Bound
        /// Where many have gaps as even as a clock's, they are what is usual.
        let hasEvenGaps: Bool

        init(_ activities: [UserActivity]) {
            rate = Self.bound(activities.map { Double($0.rate) }, floor: OutlierFinder.floorOfRate)
            repetition = Self.bound(activities.map(\.repetition), floor: OutlierFinder.floorOfRepetition)
            let even = activities.count { $0.gapEntropy.map { $0 <= OutlierFinder.floorOfGapEntropy } ?? false }
            hasEvenGaps = Double(even) > OutlierFinder.shareOfEvenUsers * Double(activities.count)
        }

        /// What speaks against a user.
        func reasons(against activity: UserActivity) -> [String] {
            var reasons: [String] = []
            if Self.isBeyond(rate, Double(activity.rate)) {
                reasons.append(
                    "\(activity.rate) events within ten minutes (the median user: \(Self.text(rate.median)))"
                )
            }
            if activity.effectiveItems <= OutlierFinder.mostRepeatedItems,
                Self.isBeyond(repetition, activity.repetition)
            {
                reasons.append(
                    "the same few items again and again, each \(Self.text(activity.repetition)) times (the median user: "
                        + "\(Self.text(repetition.median)))"
                )
            }
            if !hasEvenGaps, let entropy = activity.gapEntropy, entropy <= OutlierFinder.floorOfGapEntropy {
                reasons.append("gaps between events as even as a clock's (entropy \(Self.text(entropy)) bits)")
            }
            return reasons
        }

        private static func isBeyond(_ bound: Bound, _ figure: Double) -> Bool {
            figure > bound.far && figure >= bound.floor
        }

        private static func bound(_ numbers: [Double], floor: Double) -> Bound {
            let median = median(numbers)
            // 1.4826 makes the deviation that of a normal distribution.
            let deviation = 1.4826 * Self.median(numbers.map { abs($0 - median) })
            return (median, median + OutlierFinder.deviations * deviation, floor)
        }

        private static func median(_ numbers: [Double]) -> Double {
            DatasetStatistics.Distribution(of: numbers).median
        }

        private static func text(_ number: Double) -> String { String(format: "%.3g", number) }
    }
}

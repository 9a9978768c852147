import FreshetExperiments

extension FeedbackJoin {
    /// The figures by some dimensions.
    ///
    /// - Parameters:
    ///   - dimensions: what to tell apart; none for one row of everything.
    ///   - days: the days in UTC, counted from 1970; `nil` for all.
    ///   - now: the time, in milliseconds since 1970: what is still to come depends on it.
    /// - Returns: the rows, ordered by what they are about; by position, figures of whole answers are missing.
    public func rows(by dimensions: [FeedbackDimension], days: ClosedRange<Int>? = nil, now: Int64) -> [FeedbackRow] {
        let position = dimensions.firstIndex(of: .position)
        var sums: [[String]: RowSums] = [:]
        for (key, cell) in table.cells where days?.contains(key.day) ?? true {
            let names = dimensions.map { dimension in
                switch dimension {
                case .day: FeedbackPeriod.text(ofDay: key.day)
                default: dimension.value(of: key.group) ?? ""
                }
            }
            for names in Self.apart(names, at: dimensions.firstIndex(of: .segment)) {
                guard let position else {
                    sums[names, default: RowSums()].add(cell, key)
                    continue
                }
                for (place, counts) in cell.places.enumerated() {
                    var names = names
                    names[position] = "\(place + 1)"
                    sums[names, default: RowSums()].add(counts, key)
                }
            }
        }
        let curves = (delayCurve(of: .click, now: now), delayCurve(of: .conversion, now: now))
        return sums.sorted { Self.isBefore($0.key, $1.key) }.map { names, sums in
            let group = Dictionary(uniqueKeysWithValues: zip(dimensions.map(\.rawValue), names))
            return row(group, sums, isByPosition: position != nil, curves, now: now)
        }
    }

    /// The names of a row for each of the segments that are named at a place.
    private static func apart(_ names: [String], at place: Int?) -> [[String]] {
        guard let place, names[place].contains(",") else { return [names] }
        return names[place].split(separator: ",").map { segment in
            var names = names
            names[place] = String(segment)
            return names
        }
    }

    private func row(
        _ group: [String: String],
        _ sums: RowSums,
        isByPosition: Bool,
        _ curves: (clicks: DelayCurve?, conversions: DelayCurve?),
        now: Int64
    ) -> FeedbackRow {
        let (places, answers) = (sums.places, sums.answers)
        let clicks = designEffect(sums.groups, \.clicks)
        let conversions = designEffect(sums.groups, \.conversions)
        let count = isByPosition ? 0 : answers.answers
        return FeedbackRow(
            group: group,
            answers: isByPosition ? nil : count,
            empty: FeedbackRate(answers.empty, of: count),
            served: places.served,
            seen: places.seen,
            clicks: places.clicks,
            conversions: places.conversions,
            assistedConversions: places.assisted,
            clickThrough: FeedbackRate(places.clicks, of: places.seen, designEffect: clicks),
            acceptance: FeedbackRate(answers.accepted, of: count, designEffect: clicks),
            conversion: FeedbackRate(answers.converted, of: count, designEffect: conversions),
            valuePerThousand: count > 0 ? 1000 * places.value / Double(count) : nil,
            profitPerThousand: count > 0 && knowsProfit ? 1000 * places.profit / Double(count) : nil,
            satisfaction: answers.satisfactions > 0 ? answers.satisfaction / Double(answers.satisfactions) : nil,
            clicksToCome: curves.clicks.flatMap { sums.toCome($0, now: now) },
            conversionsToCome: curves.conversions.flatMap { sums.toCome($0, now: now) }
        )
    }

    /// By how much users' outcomes being alike widens intervals: the variance clustered by user over that of single outcomes,
    /// over all days of the groups.
    private func designEffect(_ groups: Set<FeedbackGroup>, _ metric: KeyPath<FeedbackTable.Spread, ArmSums>) -> Double
    {
        let sums = groups.reduce(ArmSums()) { sums, group in
            table.spread(of: group).map { sums + $0[keyPath: metric] } ?? sums
        }
        guard let ratio = sums.ratio, ratio > 0, ratio < 1, let figure = ArmFigure(sums) else { return 1 }
        return figure.variance / (ratio * (1 - ratio) / sums.denominator)
    }

    /// Names in order; numbers by size.
    static func isBefore(_ left: [String], _ right: [String]) -> Bool {
        for (one, other) in zip(left, right) where one != other {
            if let first = Int(one), let second = Int(other) { return first < second }
            return one < other
        }
        return false
    }
}

/// What one row adds up.
private struct RowSums {
    var places = PlaceCounts()
    var answers = AnswerCounts()
    var groups: Set<FeedbackGroup> = []
    private var servedByDay: [Int: Int] = [:]

    mutating func add(_ cell: FeedbackCell, _ key: FeedbackTable.Key) {
        answers += cell.answers
        add(cell.total, key)
    }

    mutating func add(_ counts: PlaceCounts, _ key: FeedbackTable.Key) {
        places += counts
        groups.insert(key.group)
        servedByDay[key.day, default: 0] += counts.served
    }

    /// The share of outcomes still to come: what was served in each hour is as old as that hour.
    func toCome(_ curve: DelayCurve, now: Int64) -> Double? {
        let total = servedByDay.values.reduce(0, +)
        guard total > 0 else { return nil }
        let hour = 3_600_000.0
        return servedByDay.reduce(0) { sum, entry in
            let start = Double(entry.key) * 24 * hour
            let ages = (0..<24).map { Double(now) - start - (Double($0) + 0.5) * hour }.filter { $0 >= 0 }
            let missing = ages.reduce(0) { $0 + 1 - (curve.share(by: $1) ?? 1) } / Double(max(ages.count, 1))
            return sum + missing * Double(entry.value) / Double(total)
        }
    }
}

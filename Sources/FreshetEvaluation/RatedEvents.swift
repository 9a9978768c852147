import FreshetCore
import FreshetData
import FreshetTensor

/// Ratings with their predictions, tallied by user.
struct RatedEvents {
    let predictions: [Float]
    let ratings: [Rating]
    let threshold: Float
    /// Which tally each rating belongs to.
    private let rows: [Int]
    /// The users of the tallies; unknown users count as one.
    private let users: [Int]
    let tallies: [RatingMetrics]

    init(predictions: [Float], ratings: [Rating], threshold: Float) {
        var numbers: [Int: Int] = [:]
        var users: [Int] = []
        var tallies: [RatingMetrics] = []
        var rows: [Int] = []
        for (rating, prediction) in zip(ratings, predictions) {
            let user = rating.user?.position ?? -1
            let row = numbers[user] ?? users.count
            if row == users.count {
                numbers[user] = row
                users.append(user)
                tallies.append(RatingMetrics())
            }
            rows.append(row)
            tallies[row].add(rating: rating.value, prediction: prediction, threshold: threshold)
        }
        (self.predictions, self.ratings, self.threshold) = (predictions, ratings, threshold)
        (self.rows, self.users, self.tallies) = (rows, users, tallies)
    }

    /// Some of the ratings.
    func selecting(_ rows: [Int]) -> RatedEvents {
        RatedEvents(predictions: rows.map { predictions[$0] }, ratings: rows.map { ratings[$0] }, threshold: threshold)
    }

    /// Each user's own figures.
    var userValues: UserValues {
        var values = UserValues(users: users, values: [:])
        for (column, (metric, _)) in RatingMetrics().named.enumerated() {
            values.values[metric.key()] = tallies.map { Float($0.named[column].1) }
        }
        return values
    }

    /// The figures over all ratings with their intervals over users.
    func estimates(_ bootstrap: Bootstrap) -> [String: Estimate] {
        let columns = tallies.flatMap { $0.columns.map(Float.init) }
        let width = RatingMetrics().columns.count
        let sums = bootstrap.resampledSums(of: columns, columns: width)
        let draws = (0..<bootstrap.resamples).map { resample in
            RatingMetrics(columns: sums[(resample * width)..<((resample + 1) * width)].map(Double.init)).named
        }
        let whole = tallies.reduce(into: RatingMetrics()) { $0 = $0 + $1 }
        var estimates: [String: Estimate] = [:]
        for (place, (metric, value)) in whole.named.enumerated() {
            estimates[metric.key()] = bootstrap.estimate(value, draws: draws.map { $0[place].1 })
        }
        estimates[Metric.auc.key()] = area(bootstrap)
        return estimates
    }

    private func area(_ bootstrap: Bootstrap) -> Estimate? {
        let sorted = SortedScores(scores: predictions, labels: ratings.map { $0.value >= threshold })
        let area = sorted.area { _ in 1 }
        guard !area.isNaN else { return nil }
        let N = tallies.count
        var draws = [Double](repeating: .nan, count: bootstrap.resamples)
        draws.withUnsafeMutableBufferPointer { draws in
            bootstrap.forEachBlock(rows: N) { range, counts in
                for (place, resample) in range.enumerated() {
                    draws[resample] = sorted.area { Double(counts[place * N + rows[$0]]) }
                }
            }
        }
        return bootstrap.estimate(area, draws: draws)
    }

    /// The ratings of new and old users, of head and tail items.
    func segments(histories: Histories?, catalogue: CatalogueStatistics?, options: EvaluationOptions) -> [Segment] {
        let ranked = RankedUsers(
            users: ratings.map { $0.user?.position ?? -1 },
            targets: ratings.map { [$0.item] },
            ranks: [],
            historyLengths: histories.map { histories in ratings.map { $0.user.map { histories[$0].count } ?? 0 } }
                ?? []
        )
        var segments = Segment.byHistory(ranked, options: options)
        if let catalogue { segments += Segment.byPopularity(ranked, catalogue: catalogue, options: options) }
        return segments.filter { !$0.rows.isEmpty }
    }
}

extension RatingMetrics {
    var columns: [Double] {
        [count, squaredError, absoluteError, truePositives, falsePositives, falseNegatives]
    }

    init(columns: [Double]) {
        self.init()
        (count, squaredError, absoluteError) = (columns[0], columns[1], columns[2])
        (truePositives, falsePositives, falseNegatives) = (columns[3], columns[4], columns[5])
    }

    static func + (left: RatingMetrics, right: RatingMetrics) -> RatingMetrics {
        RatingMetrics(columns: zip(left.columns, right.columns).map(+))
    }
}

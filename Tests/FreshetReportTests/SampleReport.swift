import Foundation
import FreshetCore
import FreshetEvaluation
import FreshetModels
import FreshetReport
import FreshetTensor

/// A report of a shop that does not exist, with everything a report can hold.
///
/// Users choose items by Zipf's law; each "model" finds the chosen item with a probability of its own and fills the
/// rest of the list by popularity to a power of its own.
struct SampleReport {
    var users = 200
    var items = 300
    var seed: UInt64 = 1

    private static let models: [(name: String, found: Float, power: Double?)] = [
        ("popularity", 0.05, nil), ("item-knn", 0.22, 0.7), ("co-visitation", 0.35, 0.6), ("als", 0.24, 1.1),
        ("sequence-transformer", 0.39, 0.5), ("hybrid", 0.42, 0.55),
    ]
    private static let words = [
        "white", "hanging", "heart", "lantern", "red", "retrospot", "tea", "set", "vintage", "union", "jack", "cake",
        "stand", "party", "bunting", "wooden", "box", "glass", "jumbo", "bag", "garden", "metal", "sign", "doormat",
    ]

    func document() throws -> ReportDocument {
        let pool = ThreadPool(threads: 1)
        var random = RandomSource(seed: seed)
        let events = (0..<items).map { Int(12_000 / Float($0 + 3) * (0.6 + 0.8 * random.uniform())) }
        let titles = (0..<items).map { _ in
            (0..<3 + random.below(3)).map { _ in Self.words[random.below(Self.words.count)] }.joined(separator: " ")
                .uppercased()
        }
        let catalogue = CatalogueStatistics(
            eventCounts: events,
            likeness: ItemLikeness(labels: titles.map { $0.components(separatedBy: " ") }, basis: "words of the titles")
        )
        let choices = runningWeights(events, power: 1)
        let targets = (0..<users).map { _ in draw(choices, using: &random) }
        let lengths = (0..<users).map { _ in 3 + Int(exponential(1 + 2.2 * random.uniform())) }
        let lists = Self.models.map { model -> [[Int]] in
            let weights = model.power.map { runningWeights(events, power: $0) }
            return targets.map { list(target: $0, found: model.found, weights, using: &random) }
        }
        let results = try zip(Self.models, lists).map { model, lists in
            var result = try RankingEvaluation.evaluate(
                recommendations: lists.map { $0.map { ItemIndex($0) } },
                relevant: targets.map { [ItemIndex($0)] },
                catalogue: catalogue,
                historyLengths: lengths,
                options: EvaluationOptions(resamples: 60),
                pool: pool
            )
            result.model = model.name
            return result
        }
        let last = results.count - 1
        return ReportDocument(
            title: "Gifts & <Garden>",
            subtitle: "A made-up shop, events of 2009-12-01 to 2010-12-09",
            statistics: [
                ReportFact("Users", "\(users)"), ReportFact("Items", "\(items)"),
                ReportFact("Events", "\(events.reduce(0, +))"), ReportFact("Events a user", "8 median, 31 most"),
                ReportFact("Density", "0.36%"), ReportFact("From", "2009-12-01"), ReportFact("To", "2010-12-09"),
            ],
            results: results,
            comparisons: try [last - 1, 2].map { other in
                try PairedComparison(
                    of: results[last],
                    against: results[other],
                    metric: "ndcg@10",
                    resamples: 100,
                    pool: pool
                )
            },
            curves: [curve("sequence-transformer", using: &random)],
            itemEvents: events,
            customers: (0..<3).map { customer($0, targets, lists, titles, using: &random) },
            configuration: [
                ReportFact("Command", "scripts/quickstart.sh"), ReportFact("Seed", "1"), ReportFact("Threads", "2"),
                ReportFact("Revision", "0f3c2d1"), ReportFact("Split", "leave last out, validation before it"),
            ],
            settings: [
                ModelSettings(model: "sequence-transformer", json: "{\n  \"channels\" : 64,\n  \"blocks\" : 2\n}")
            ]
        )
    }

    /// A table to draw items from: the running sum of their popularity to a power.
    private func runningWeights(_ events: [Int], power: Double) -> [Double] {
        var sum = 0.0
        return events.map { count in
            sum += pow(Double(count), power)
            return sum
        }
    }

    private func draw(_ table: [Double], using random: inout RandomSource) -> Int {
        let goal = Double(random.uniform()) * table[items - 1]
        var (low, high) = (0, items - 1)
        while low < high {
            let middle = (low + high) / 2
            if table[middle] <= goal { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func list(
        target: Int,
        found: Float,
        _ table: [Double]?,
        using random: inout RandomSource
    ) -> [Int] {
        var list = Array(0..<20)
        if let table {
            list = []
            while list.count < 20 {
                let item = draw(table, using: &random)
                if item != target, !list.contains(item) { list.append(item) }
            }
        }
        if random.uniform() < found {
            list.insert(target, at: Int(20 * random.uniform() * random.uniform() * random.uniform()))
        }
        return list
    }

    private func curve(_ model: String, using random: inout RandomSource) -> TrainingCurve {
        let epochs = (1...40).map { epoch in
            let age = Double(epoch)
            let noise = Double(random.uniform()) * 0.004
            return EpochRecord(
                epoch: epoch,
                loss: 5.2 + 2.4 / age.squareRoot(),
                seconds: 9,
                validation: 0.18 * (1 - 1 / (1 + age / 5)) - 0.00001 * age * age + noise
            )
        }
        return TrainingCurve(model: model, epochs: epochs)
    }

    private func customer(
        _ user: Int,
        _ targets: [Int],
        _ lists: [[[Int]]],
        _ titles: [String],
        using random: inout RandomSource
    ) -> CustomerStory {
        // Chosen so that some model is right.
        let row = targets.indices.filter { row in lists[5][row].prefix(5).contains(targets[row]) }[user]
        return CustomerStory(
            name: "Customer \(12_346 + row)",
            history: (0..<6).map { _ in titles[random.below(items)] },
            historyCount: 14,
            chosen: [titles[targets[row]]],
            lists: zip(Self.models, lists).map { model, lists in
                CustomerStory.List(
                    model: model.name,
                    items: lists[row].prefix(5).map { CustomerStory.Entry(titles[$0], isChosen: $0 == targets[row]) }
                )
            }
        )
    }
}

import Foundation
import FreshetCore
import FreshetEvaluation
import FreshetTensor
import Testing

/// Our figures against those of pytrec_eval, ranx and scikit-learn, as `Fixtures/make_ranking_metrics.py` wrote them.
@Suite("Figures of trusted libraries")
struct TrustedFixtureTests {
    struct Fixture: Decodable {
        struct User: Decodable {
            let recommended: [Int]
            let relevant: [Int]
            let expected: [String: [Double]]
        }
        struct Ranking: Decodable {
            let name: String
            let users: [User]
            let mean: [String: [Double]]
        }
        struct Classification: Decodable {
            let name: String
            let labels: [Int]
            let scores: [Float]
            let expected: [String: Double?]
        }
        struct Ratings: Decodable {
            let name: String
            let ratings: [Float]
            let predictions: [Float]
            let expected: [String: Double]
        }
        let cutoffs: [Int]
        let ranking: [Ranking]
        let classification: [Classification]
        let ratings: [Ratings]
    }

    let fixture: Fixture
    let pool = ThreadPool(threads: 1)

    init() throws {
        let url = try #require(
            Bundle.module.url(forResource: "ranking-metrics", withExtension: "json", subdirectory: "Fixtures")
        )
        fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    }

    @Test func rankingOfEveryUser() throws {
        var compared = 0
        for user in fixture.ranking.flatMap(\.users) {
            let relevant = Set(user.relevant)
            let ranks = user.recommended.indices.filter { relevant.contains(user.recommended[$0]) }.map { $0 + 1 }
            for (place, cutoff) in fixture.cutoffs.enumerated() {
                let ours = RankingMetrics(ranks: ranks, relevantCount: relevant.count, cutoff: cutoff)
                for (name, value) in [
                    ("hitRate", ours.hitRate), ("recall", ours.recall), ("precision", ours.precision), ("f1", ours.f1),
                    ("mrr", ours.reciprocalRank), ("map", ours.averagePrecision), ("ndcg", ours.ndcg),
                ] {
                    let theirs = try #require(user.expected[name]?[place])
                    #expect(abs(value - theirs) < 1e-9, "\(name)@\(cutoff)")
                    compared += 1
                }
            }
        }
        #expect(compared > 1000)
    }

    @Test func meansOverUsers() throws {
        let keys = ["hitRate": Metric.hitRate, "map": .map, "mrr": .mrr, "ndcg": .ndcg, "recall": .recall, "f1": .f1]
        for ranking in fixture.ranking {
            let result = try RankingEvaluation.evaluate(
                recommendations: ranking.users.map { $0.recommended.map { ItemIndex($0) } },
                relevant: ranking.users.map { $0.relevant.map { ItemIndex($0) } },
                options: EvaluationOptions(cutoffs: fixture.cutoffs, resamples: 10),
                pool: pool
            )
            for (name, metric) in keys {
                for (place, cutoff) in fixture.cutoffs.enumerated() {
                    let theirs = try #require(ranking.mean[name]?[place])
                    let ours = try #require(result[metric, at: cutoff]?.value)
                    #expect(abs(ours - theirs) < 1e-6, "\(ranking.name): \(name)@\(cutoff)")
                }
            }
        }
    }

    @Test func classification() throws {
        for example in fixture.classification {
            let labels = example.labels.map { $0 == 1 }
            if let theirs = example.expected["auc"] ?? nil {
                let ours = RatingMetrics.areaUnderCurve(scores: example.scores, labels: labels)
                #expect(abs(ours - theirs) < 1e-9, "\(example.name): auc")
            }
            var tally = RatingMetrics()
            for (label, score) in zip(example.labels, example.scores) {
                tally.add(rating: Float(label), prediction: score, threshold: 0.5)
            }
            #expect(abs(tally.accuracy - ((example.expected["accuracy"] ?? nil) ?? -1)) < 1e-9, "\(example.name)")
            #expect(abs(tally.f1 - ((example.expected["binaryF1"] ?? nil) ?? -1)) < 1e-9, "\(example.name)")
        }
    }

    @Test func ratings() throws {
        for example in fixture.ratings {
            var tally = RatingMetrics()
            for (rating, prediction) in zip(example.ratings, example.predictions) {
                tally.add(rating: rating, prediction: prediction, threshold: 4)
            }
            #expect(abs(tally.rmse - (example.expected["rmse"] ?? -1)) < 1e-6, "\(example.name)")
            #expect(abs(tally.mae - (example.expected["mae"] ?? -1)) < 1e-6, "\(example.name)")
        }
    }
}

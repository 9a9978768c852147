import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels

/// What `freshet learn` reports of a prequential run.
struct PrequentialReport: Encodable {
    /// Seconds of compute.
    struct Costs: Encodable {
        /// The training that all start from.
        let warmUp: Double
        /// All micro-updates.
        let learning: Double
        /// Popularity and co-visitation.
        let counting: Double
        /// All contenders' predictions.
        let predicting: Double
        /// All full trainings; `nil` when there were none to compare with.
        let retraining: Double?
        /// How many full trainings there were.
        let retrainings: Int
    }

    let events: Int
    let users: Int
    let items: Int
    let measuredEvents: Int
    let warmUp: Double
    let measureFrom: Int64?
    let retrainHours: Double?
    let evaluationShare: Double
    let seed: UInt64
    let threads: Int
    /// What read the items' texts; `nil` where nothing was read.
    let encoder: String?
    /// Figures over all measured events, by cohort, contender and metric.
    let figures: [String: [String: [String: Double]]]
    /// What of the first places is disliked later; `nil` where nobody dislikes anything.
    let dislikes: LaterDislikes.Figures?
    /// What tuning the encoder came to; `nil` where it was not tuned.
    let encoderTuning: SlowPath.Figures?
    let costs: Costs
    let decisions: [String: Int]
    let finalVersion: ModelVersion
    let curve: [PrequentialEvaluation.Point]
    let peakMemoryBytes: Int

    init(
        loop: LearningLoop,
        stream: EventStream,
        options: PrequentialRun.Options,
        measuredFrom start: Int,
        costs: Costs,
        decisions: [Decision.Kind: Int],
        dislikes: LaterDislikes.Figures?,
        encoderTuning: SlowPath.Figures?,
        seed: UInt64,
        threads: Int
    ) {
        events = stream.events.count
        users = stream.users.count
        items = stream.items.count
        measuredEvents = loop.evaluation.outcomeCount
        warmUp = options.warmUp
        measureFrom = options.measureFrom
        retrainHours = costs.retraining == nil ? nil : options.retrainHours
        evaluationShare = options.settings.evaluationShare
        self.seed = seed
        self.threads = threads
        encoder = options.content?.encoder
        let shown = options.contenders.union([.live])
        figures = Dictionary(
            uniqueKeysWithValues: PrequentialEvaluation.Cohort.allCases.map { cohort in
                let all = loop.evaluation.figures(window: .all, cohort: cohort)
                return (cohort.rawValue, all.filter { shown.contains(Contender(rawValue: $0.key)) })
            }
        )
        self.costs = costs
        self.dislikes = dislikes
        self.encoderTuning = encoderTuning
        self.decisions = Dictionary(uniqueKeysWithValues: decisions.map { ($0.key.rawValue, $0.value) })
        finalVersion = loop.live.version
        curve = loop.evaluation.curve
        peakMemoryBytes = PeakMemory.bytes
    }

    var words: String {
        var table = ConsoleTable(
            header: [
                "contender", "events", "Recall@10", "MRR@10", "NDCG@10", "Recall@20", "new users R@10",
                "new items R@10", "under a day R@10",
                "seconds",
            ]
        )
        let usual: [Contender] = [.live, .frozen, .retrain, .counts, .countsUnread, .popularity, .coVisitation]
        let rivals = (figures["all"] ?? [:]).keys.sorted().map(Contender.init(rawValue:)).filter { !usual.contains($0) }
        for contender in usual + rivals {
            guard let row = figures["all"]?[contender.rawValue] else { continue }
            let cohorts = ["new_users", "new_items", "items_under_a_day"].map {
                figures[$0]?[contender.rawValue]?["recall@10"]
            }
            table.rows.append(
                [contender.rawValue, Words.count(Int(row["count"] ?? 0))]
                    + ["recall@10", "mrr@10", "ndcg@10", "recall@20"].map { Words.decimal(row[$0] ?? 0, 4) }
                    + cohorts.map { $0.map { Words.decimal($0, 4) } ?? "–" } + [seconds(of: contender)]
            )
        }
        var lines = [
            "\(Words.count(measuredEvents)) of \(Words.count(events)) events predicted before they were learned, after a "
                + "warm-up of \(Words.decimal(100 * warmUp, 0))%"
                + (measureFrom == nil ? "." : " and learning up to --measure-from."),
            "", table.text, "",
        ]
        if let dislikes { lines.append(dislikes.words) }
        if let tuning = encoderTuning {
            lines.append(
                "The encoder was tuned \(tuning.tunings) times in \(Words.duration(tuning.seconds)); what came of it went live "
                    + "\(tuning.promotions) times."
            )
        }
        if let retraining = costs.retraining, retraining > 0 {
            lines.append(
                "Continual learning took \(Words.decimal(100 * costs.learning / retraining, 1))% of the compute of "
                    + "\(costs.retrainings) full trainings, one every \(Words.decimal(retrainHours ?? 0, 0)) hours."
            )
        }
        let counts = decisions.sorted { $0.key < $1.key }.map { "\($0.key) \(Words.count($0.value))" }
        lines.append("Version \(finalVersion); decisions: \(counts.joined(separator: ", ")).")
        return lines.joined(separator: "\n")
    }

    private func seconds(of contender: Contender) -> String {
        switch contender {
        case .live: Words.decimal(costs.learning, 1)
        case .frozen: "0"
        case .retrain: Words.decimal(costs.retraining ?? 0, 1)
        case .counts, .countsUnread, .popularity, .coVisitation: Words.decimal(costs.counting, 1)
        default: "–"
        }
    }
}

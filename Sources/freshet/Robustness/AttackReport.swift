import FreshetCore
import FreshetEvaluation
import FreshetTensor

/// What `freshet attack` found.
struct AttackReport: Encodable {
    /// One attack, or none, with the guard or without, over all seeds; against the model that nobody attacked and nothing guarded.
    struct Row: Encodable {
        /// The kind of attack, or `none`.
        let attack: String
        let `guard`: Bool
        let exposure: ExposureChange
        /// The targets of every seed.
        let targets: [TargetExposure]
        let ndcg: Change
        let hr: Change
        let stability: ListStability
        let leftOutFake: Int
        let leftOutReal: Int

        enum CodingKeys: String, CodingKey {
            case attack, `guard`, exposure, targets, ndcg, hr, stability
            case leftOutFake = "left_out_fake_events"
            case leftOutReal = "left_out_real_events"
        }
    }

    /// A metric of real users before and after.
    struct Change: Encodable {
        let before: Double
        let after: Double
        /// After less before, with its interval over users and seeds.
        let difference: Estimate
        /// The difference as a share of what was before; `nil` where that is 0.
        let relative: Double?
    }

    let model: String
    let users: Int
    let fakeUsers: Int
    let arrival: Attack.Arrival
    let seed: UInt64
    let seeds: Int
    let length: Int
    let rows: [Row]

    enum CodingKeys: String, CodingKey {
        case model, users, arrival, seed, seeds, length, rows
        case fakeUsers = "fake_users"
    }

    /// Puts the trials of all seeds together.
    init(_ trials: [AttackTrial], model: String, seed: UInt64) throws {
        precondition(!trials.isEmpty, "no trial")
        (self.model, self.seed, seeds, length) = (model, seed, trials.count, AttackTrial.length)
        (fakeUsers, arrival, users) = (trials[0].fakeUsers, trials[0].arrival, trials[0].outcomes[0].lists.count)
        rows = try trials[0].outcomes.indices.dropFirst().map { try Self.row($0, trials, seed) }
    }

    private static func row(_ place: Int, _ trials: [AttackTrial], _ seed: UInt64) throws -> Row {
        let options = EvaluationOptions(seed: seed)
        let pool = trials[0].pool
        let outcomes = trials.map { $0.outcomes[place] }
        let befores = trials.map { $0.outcomes[0] }
        let exposures = zip(trials, outcomes).flatMap { trial, outcome in
            trial.targets.indices.map { target in
                TargetExposure(
                    item: trial.names[target],
                    events: trial.events[target],
                    before: TargetExposure.share(of: trial.targets[target], in: trial.outcomes[0].lists),
                    after: TargetExposure.share(of: trial.targets[target], in: outcome.lists)
                )
            }
        }
        func change(_ metric: String) throws -> Change {
            try Self.change(metric, befores.map(\.accuracy), outcomes.map(\.accuracy), seed: seed, pool: pool)
        }
        return Row(
            attack: outcomes[0].kind?.rawValue ?? "none",
            guard: outcomes[0].isGuarded,
            exposure: try ExposureChange(exposures, options: options),
            targets: exposures,
            ndcg: try change("ndcg@10"),
            hr: try change("hr@10"),
            stability: try ListStability(
                of: befores.flatMap(\.lists),
                against: outcomes.flatMap(\.lists),
                options: options,
                pool: pool
            ),
            leftOutFake: outcomes.reduce(0) { $0 + $1.leftOut.fake },
            leftOutReal: outcomes.reduce(0) { $0 + $1.leftOut.real }
        )
    }

    private static func change(
        _ metric: String,
        _ befores: [EvaluationResult],
        _ afters: [EvaluationResult],
        seed: UInt64,
        pool: ThreadPool
    ) throws -> Change {
        func joined(_ results: [EvaluationResult]) -> EvaluationResult {
            var whole = EvaluationResult(method: "", users: 0, metrics: [:])
            whole.userValues.values[metric] = results.flatMap { $0.userValues.values[metric] ?? [] }
            whole.userValues.users = Array(0..<(whole.userValues.values[metric]?.count ?? 0))
            return whole
        }
        func mean(_ results: [EvaluationResult]) -> Double {
            results.reduce(0) { $0 + ($1.metrics[metric]?.value ?? 0) } / Double(results.count)
        }
        let comparison = try PairedComparison(
            of: joined(afters),
            against: joined(befores),
            metric: metric,
            resamples: 1000,
            seed: seed,
            pool: pool
        )
        let before = mean(befores)
        return Change(
            before: before,
            after: mean(afters),
            difference: comparison.difference,
            relative: before > 0 ? comparison.difference.value / before : nil
        )
    }

    var words: String {
        var table = ConsoleTable(
            header: [
                "attack", "exposure", "with it", "times", "NDCG@10", "with it", "change", "HR@10", "Jaccard", "RBO",
                "left out",
            ]
        )
        for row in rows {
            let exposure = row.exposure
            table.rows.append([
                row.attack + (row.guard ? ", guard" : ""),
                Words.percent(exposure.before.value),
                "\(Words.percent(exposure.after.value)) ±\(Words.decimal(100 * exposure.after.margin, 2))",
                exposure.times.map {
                    "\(Words.decimal($0.value, 1)) (\(Words.decimal($0.low, 1))…\(Words.decimal($0.high, 1)))"
                }
                    ?? "–",
                Words.decimal(row.ndcg.before, 4),
                Words.decimal(row.ndcg.after, 4),
                row.ndcg.relative.map { Words.percent($0) } ?? "–",
                Words.decimal(row.hr.after, 4),
                Words.decimal(row.stability.jaccard.value, 3),
                Words.decimal(row.stability.rankBiased.value, 3),
                row.guard ? "\(Words.count(row.leftOutFake)) + \(Words.count(row.leftOutReal))" : "–",
            ])
        }
        return """
            \(model), \(Words.count(users)) real users and \(Words.count(fakeUsers)) fake ones (\(arrival.rawValue)), \
            \(rows.first?.targets.count ?? 0) targets over \(seeds) seed\(seeds == 1 ? "" : "s").

            \(table.text)

            Exposure is the mean share of real users who have a target among their first \(length), without an attack and with it; ± and … are \
            95% bootstrap intervals over targets and seeds. Jaccard and RBO (p 0.9) compare each user's lists before and after. Left \
            out by the guard: events of fake users + events of real ones.
            """
    }
}

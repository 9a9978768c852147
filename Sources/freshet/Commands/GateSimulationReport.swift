import FreshetLearning

/// How the gates decide on streams of which the truth is known: what `freshet learn --simulate-gate` reports.
struct GateSimulationReport: Encodable {
    let streams: Int
    let seed: UInt64
    let trials: [GateTrials]

    init(streams: Int, seed: UInt64) {
        self.streams = streams
        self.seed = seed
        trials = [0.7, 0.8, 0.9].flatMap { agreement in
            [0, -0.05, 0.05, 0.1].map {
                GateTrials.promotion(effect: $0, agreement: agreement, streams: streams, seed: seed)
            }
                + [0, -0.05, -0.1, -0.2, 0.05].map {
                    GateTrials.promotion(
                        effect: $0,
                        agreement: agreement,
                        streams: streams,
                        standard: .notWorse,
                        seed: seed
                    )
                }
                + [0, -0.1, -0.2, -0.5].map {
                    GateTrials.rollback(effect: $0, agreement: agreement, streams: streams, events: 4_000, seed: seed)
                }
        }
    }

    var words: String {
        var table = ConsoleTable(
            header: ["gate", "second model", "correlation", "streams", "yes", "no", "median events", "events to 80%"]
        )
        for trial in trials {
            let effect =
                trial.effect == 0 ? "equal" : "\(trial.effect > 0 ? "+" : "")\(Words.decimal(100 * trial.effect, 0))%"
            table.rows.append([
                trial.name, effect, Words.decimal(trial.agreement, 1), "\(trial.streams)", "\(trial.hits)",
                "\(trial.misses)", trial.medianEvents.map(Words.count) ?? "–",
                trial.eventsTo80Percent.map(Words.count) ?? "–",
            ])
        }
        return table.text
    }
}

import FreshetEvaluation
import FreshetLearning

/// How the gates decide over many simulated streams.
struct GateTrials: Sendable, Equatable, Codable {
    /// What was simulated.
    var name: String
    /// By which share the second model is better.
    var effect: Double
    /// The correlation of equally good models.
    var agreement: Double
    /// How many streams there were.
    var streams: Int
    /// How many ended in a promotion, or in a rollback.
    var hits: Int
    /// How many ended in a discard, or without a rollback.
    var misses: Int
    /// After how many events half of the hits had come; `nil` without hits.
    var medianEvents: Int?
    /// After how many events four fifths of all streams had ended in a hit; `nil` when fewer did.
    var eventsTo80Percent: Int?

    /// Runs candidates through the gate of new versions, or of a first one.
    static func promotion(
        effect: Double,
        agreement: Double,
        streams: Int,
        settings: PromotionGate.Settings = .init(),
        standard: PromotionGate.Standard = .better,
        seed: UInt64
    ) -> GateTrials {
        let ends = (0..<streams).map { stream -> Int? in
            var simulation = GateSimulation(effect: effect, agreement: agreement, seed: seed, stream: stream)
            var gate = PromotionGate(settings: settings, standard: standard)
            while gate.verdict == .waiting {
                let (live, candidate) = simulation.next()
                gate.add(candidate: candidate, live: live)
            }
            return [.better, .notWorse].contains(gate.verdict) ? gate.evidence.count : nil
        }
        return GateTrials(
            standard == .better ? "promotion" : "first version",
            effect: effect,
            agreement: agreement,
            ends: ends
        )
    }

    /// Runs live models through the guard, each good for a random while before it becomes worse by `-effect`.
    ///
    /// - Parameters:
    ///   - effect: how much worse, negative; 0 for false alarms within the events given.
    ///   - agreement: the correlation of equally good models.
    ///   - streams: how many.
    ///   - events: how many sampled events each goes on for after it became worse.
    ///   - settings: the guard's settings.
    ///   - seed: the seed.
    /// - Returns: the figures; events are counted from when the model became worse.
    static func rollback(
        effect: Double,
        agreement: Double,
        streams: Int,
        events: Int,
        settings: RollbackGuard.Settings = .init(),
        seed: UInt64
    ) -> GateTrials {
        let ends = (0..<streams).map { stream -> Int? in
            var simulation = GateSimulation(effect: 0, agreement: agreement, seed: seed, stream: stream)
            var watch = RollbackGuard(settings: settings)
            // The regression comes somewhere within a watch, not at its start.
            for _ in 0..<(effect == 0 ? 0 : stream * settings.watch / (2 * streams)) {
                let (good, live) = simulation.next()
                watch.add(live: live, good: good)
                if watch.verdict != .watching { watch.restart() }
            }
            simulation.effect = effect
            for event in 1...events {
                let (good, live) = simulation.next()
                switch watch.add(live: live, good: good) {
                case .worse: return event
                // The guard would take the bad state for good; that is a miss.
                case .good: if effect < 0 { return nil } else { watch.restart() }
                case .watching: break
                }
            }
            return nil
        }
        return GateTrials("rollback", effect: effect, agreement: agreement, ends: ends)
    }

    private init(_ name: String, effect: Double, agreement: Double, ends: [Int?]) {
        self.name = name
        self.effect = effect
        self.agreement = agreement
        streams = ends.count
        let found = ends.compactMap { $0 }.sorted()
        hits = found.count
        misses = ends.count - found.count
        medianEvents = found.isEmpty ? nil : found[found.count / 2]
        let place = (ends.count * 4 + 4) / 5 - 1
        eventsTo80Percent = place < found.count ? found[place] : nil
    }
}

import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// Co-visitation counts of everything so far, and how much they count beside a transformer.
struct CoVisitationCompanion {
    private var sessions = Histories()

    /// How much a pair counts backwards, and the counts' weight beside the transformer: what validation chooses among.
    private static let backward = [0.2, 1]
    private static let weights = [0.2, 0.4, 0.8, 1.2, 1.6]

    /// Counts further sessions and fuses the counts with a transformer, by the best Recall@20 of validation queries.
    mutating func fused(
        with transformer: any Scorer,
        adding counted: [History],
        validation: PeriodQueries,
        pool: ThreadPool
    ) throws -> any Scorer {
        for session in counted {
            sessions.items += session.items
            sessions.offsets.append(sessions.items.count)
        }
        var (best, bestRecall) = (
            transformer, PeriodProtocol.recall(validation.ranks(of: transformer, pool: pool), at: 20)
        )
        for backward in Self.backward {
            let counts = try counts(backward: backward, itemCount: transformer.itemCount, pool: pool)
            for weight in Self.weights {
                let hybrid = Hybrid.fused(
                    [
                        TrainedPart(model: SequenceTransformer.name, configurationJSON: "{}", scorer: transformer),
                        TrainedPart(model: CoVisitation.name, configurationJSON: "{}", scorer: counts),
                    ],
                    weights: [1, weight]
                )
                let recall = PeriodProtocol.recall(validation.ranks(of: hybrid, pool: pool), at: 20)
                if recall > bestRecall { (best, bestRecall) = (hybrid, recall) }
            }
        }
        return best
    }

    private func counts(backward: Double, itemCount: Int, pool: ThreadPool) throws -> any Scorer {
        let users = IdentifierTable((0..<sessions.userCount).map(String.init))
        let items = IdentifierTable((0..<itemCount).map(String.init))
        let data = TrainingData(dataset: Dataset(users: users, items: items, histories: sessions))
        var configuration = CoVisitation.recommendedConfiguration(for: data)
        configuration.backward = backward
        var model = CoVisitation(configuration: configuration)
        try model.fit(data, session: TrainingSession(pool: pool))
        return model.makeScorer()
    }
}

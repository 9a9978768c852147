import FreshetCore
import FreshetEvaluation
import FreshetFairness
import FreshetModels

/// How a list is chosen from a model's best candidates.
enum FairnessCorrection: Equatable {
    /// As the model ranks them.
    case none
    /// By calibration with a trade-off λ.
    case calibration(Double)
    /// With a least share of the places for a category.
    case minimumShare(String, Double)

    /// The significance at which FA*IR tests.
    private static let significance = 0.1

    var name: String {
        switch self {
        case .none: "none"
        case .calibration(let tradeOff): "calibration \(Words.decimal(tradeOff, 2))"
        case .minimumShare(let category, let share): "\(category) at least \(Words.percent(share))"
        }
    }

    /// How much is corrected, for corrections of one kind.
    var strength: Double {
        switch self {
        case .none: 0
        case .calibration(let strength), .minimumShare(_, let strength): strength
        }
    }

    /// Chooses a list for each user.
    ///
    /// - Parameters:
    ///   - candidates: the model's best of each user, the best first.
    ///   - subjects: the users' histories and the items' categories.
    ///   - count: the length of the lists.
    /// - Returns: the lists, at most as long as that.
    /// - Throws: ``FreshetError`` of kind `usage` for a category that no item has.
    func lists(from candidates: [[ScoredItem]], for subjects: FairnessSubjects, count: Int) throws -> [[ItemIndex]] {
        switch self {
        case .none:
            return candidates.map { $0.prefix(count).map(\.item) }
        case .calibration(let tradeOff):
            return zip(candidates, subjects.histories).map { candidates, history in
                Self.calibrated(candidates, to: subjects.mix(of: history), subjects, count, tradeOff)
            }
        case .minimumShare(let category, let share):
            guard subjects.categories.contains(where: { $0.contains(category) }) else {
                throw FreshetError(
                    .usage,
                    "No item has the category '\(category)'.",
                    remedy: "Name one of the catalogue, written as there."
                )
            }
            let table = try MinimumShareTable.adjusted(
                places: count,
                share: share,
                significance: Self.significance
            )
            return candidates.map { candidates in
                table.order(candidates.map { subjects.categories[$0.item.position].contains(category) })
                    .prefix(count).map { candidates[$0].item }
            }
        }
    }

    private static func calibrated(
        _ candidates: [ScoredItem],
        to mix: CategoryMix<String>,
        _ subjects: FairnessSubjects,
        _ count: Int,
        _ tradeOff: Double
    ) -> [ItemIndex] {
        guard !mix.isEmpty, let best = candidates.first?.score, let worst = candidates.last?.score else {
            return candidates.prefix(count).map(\.item)
        }
        let range = max(best - worst, .leastNormalMagnitude)
        return Calibration(to: mix).order(
            relevance: candidates.map { Double(($0.score - worst) / range) },
            items: candidates.map { subjects.categories[$0.item.position] },
            count: count,
            tradeOff: tradeOff
        )
        // A list's mix does not depend on its order, so the most relevant of what is chosen comes first.
        .sorted().map { candidates[$0].item }
    }
}

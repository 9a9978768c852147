import FreshetCore
import FreshetData
import FreshetTensor

/// One line of a recommendation file: a user and their items, best first.
public struct RecommendationList: Sendable, Equatable {
    /// The external id of the user.
    public var user: String
    /// The external ids of the items, best first.
    public var items: [String]

    /// Creates a list.
    public init(user: String, items: [String]) {
        self.user = user
        self.items = items
    }
}

extension RankingEvaluation {
    /// Scores lists of external ids, such as a recommendation file against a file of held-out events.
    ///
    /// - Parameters:
    ///   - recommendations: the lists, one a user, in any order; users outside the truth are passed over.
    ///   - truth: the held-out events.
    ///   - training: what the model learned from, for popularity, history lengths and the catalogue; without it those
    ///     figures that need them are left out.
    ///   - options: cutoffs and intervals.
    ///   - pool: the threads.
    /// - Returns: every figure with its interval, by segment too, and each user's own values.
    /// - Throws: ``FreshetError`` when a user has two lists, or there is no truth.
    public static func evaluate(
        recommendations: [RecommendationList],
        truth: [(user: String, item: String)],
        training: Dataset? = nil,
        options: EvaluationOptions = EvaluationOptions(),
        pool: ThreadPool
    ) throws -> EvaluationResult {
        var items = training?.items ?? IdentifierTable()
        var users = IdentifierTable()
        var relevant: [[ItemIndex]] = []
        for event in truth {
            let row = users.insert(event.user)
            if row == relevant.count { relevant.append([]) }
            relevant[row].append(ItemIndex(items.insert(event.item)))
        }
        var lists = [[ItemIndex]?](repeating: nil, count: relevant.count)
        for list in recommendations {
            guard let row = users.position(of: list.user) else { continue }
            guard lists[row] == nil else {
                throw FreshetError(
                    .invalidData,
                    "User '\(list.user)' has two recommendation lists.",
                    remedy: "Give one line a user: user<TAB>item,item,…"
                )
            }
            lists[row] = list.items.map { ItemIndex(items.insert($0)) }
        }
        var result = try evaluate(
            recommendations: lists.map { $0 ?? [] },
            relevant: relevant,
            catalogue: training.map { CatalogueStatistics(of: $0).extended(to: items.count) },
            historyLengths: training.map { historyLengths(of: users.identifiers, in: $0) } ?? [],
            options: options,
            pool: pool
        )
        if let training {
            let known = KnownTargets(
                of: relevant.map(distinct),
                among: users.identifiers.map {
                    training.users.position(of: $0).map { training.histories[UserIndex($0)].items } ?? []
                }
            )
            result.knownTargets = known
            result.warning = known.warning(excludesSeen: false)
        }
        return result
    }

    private static func historyLengths(of users: some Sequence<String>, in training: Dataset) -> [Int] {
        users.map { user in
            training.users.position(of: user).map { training.histories[UserIndex($0)].count } ?? 0
        }
    }
}

extension CatalogueStatistics {
    /// The same with items that the training data do not have, and which therefore have no events.
    func extended(to count: Int) -> CatalogueStatistics {
        CatalogueStatistics(
            eventCounts: eventCounts + [Int](repeating: 0, count: count - itemCount),
            likeness: likeness
        )
    }
}

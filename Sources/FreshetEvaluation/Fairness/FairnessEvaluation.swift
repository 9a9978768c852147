import FreshetCore
import FreshetFairness
import FreshetTensor

/// What lists give to users and to items: quality by groups of users, calibration, exposure, Gini and popularity lift.
///
/// Every figure has an interval over users, drawn anew with replacement.
public struct FairnessEvaluation: Sendable, Equatable, Codable {
    /// How many users have a list.
    public let users: Int
    /// NDCG of the lists; each user has one held-out item.
    public let ndcg: Estimate
    /// The share of users whose list has their held-out item.
    public let hitRate: Estimate
    /// The mean over users of how far their list's mix of categories is from their own (``FreshetFairness/Calibration``),
    /// in nats; `nil` where no history has categories.
    public let miscalibration: Estimate?
    /// The Gini index of the exposure over the catalogue.
    public let gini: Estimate
    /// How much more popular lists are than histories (``FreshetFairness/PopularityLift``); `nil` without histories.
    public let popularityLift: Estimate?
    /// NDCG by the groups of each attribute of users.
    public let quality: [String: GroupQuality]
    /// The exposure of the groups of each attribute of items, the largest of the catalogue first.
    public let exposure: [String: [Exposure]]

    /// A group's exposure, with its interval.
    public struct Exposure: Sendable, Equatable, Codable {
        /// The share of all exposure.
        public let share: Estimate
        /// The same beside the shares of the catalogue and of the merit.
        public let row: GroupExposure
    }

    /// The groups of an attribute that are told, those with most of the catalogue; others count in the sums.
    private static let maximumGroups = 30

    enum CodingKeys: String, CodingKey {
        case users, ndcg, miscalibration, gini, quality, exposure
        case hitRate = "hit_rate"
        case popularityLift = "popularity_lift"
    }

    /// Measures lists.
    ///
    /// - Parameters:
    ///   - lists: a list for each of the subjects' users, the best item first.
    ///   - subjects: whom the lists are for, and what is in them.
    ///   - options: the intervals.
    ///   - pool: the threads.
    /// - Throws: ``FreshetCore/FreshetError`` of kind `usage` where there is nobody, or an attribute has fewer than two groups.
    public init(
        of lists: [[ItemIndex]],
        for subjects: FairnessSubjects,
        options: EvaluationOptions = EvaluationOptions(),
        pool: ThreadPool
    ) throws {
        precondition(lists.count == subjects.targets.count, "\(lists.count) lists of \(subjects.targets.count) users")
        guard !lists.isEmpty else { throw FreshetError(.usage, "There is nobody whose lists could be measured.") }
        let bootstrap = Bootstrap(options, pool: pool)
        // With one relevant item the ideal gain is 1, and NDCG is the discount at the item's rank.
        let gains = zip(lists, subjects.targets).map { list, target in
            list.firstIndex(of: target).map { Float(PositionExposure.at(rank: $0 + 1)) } ?? 0
        }
        users = lists.count
        ndcg = bootstrap.mean(of: gains).estimate
        hitRate = bootstrap.mean(of: gains.map { $0 > 0 ? 1 : 0 }).estimate
        let distances = zip(lists, subjects.histories).compactMap { list, history in
            subjects.miscalibration(of: list, from: history).map { Float($0) }
        }
        miscalibration = distances.isEmpty ? nil : bootstrap.mean(of: distances).estimate
        quality = try subjects.userGroups.mapValues { groups in
            let values = Dictionary(grouping: zip(groups, gains).compactMap { group, gain in group.map { ($0, gain) } })
            {
                $0.0
            }
            return try GroupQuality(of: values.mapValues { $0.map(\.1) }, options: options, pool: pool)
        }
        let shown = ShownItems(lists, subjects, groupsAtMost: Self.maximumGroups)
        let figures = shown.figures(bootstrap)
        gini = figures.gini
        popularityLift = figures.popularityLift
        exposure = figures.exposure
    }
}

/// Whom lists are for, and what is in them.
public struct FairnessSubjects: Sendable {
    /// Each user's held-out item.
    public var targets: [ItemIndex]
    /// The items that each user liked before.
    public var histories: [[ItemIndex]]
    /// The group of each user, by attribute; `nil` where it is not known.
    public var userGroups: [String: [String?]]
    /// The categories of each item of the catalogue, which calibration is measured by.
    public var categories: [[String]]
    /// The groups of each item, by attribute, such as its categories or its provider.
    public var itemGroups: [String: [[String]]]
    /// How often each item was chosen before: its popularity, and what it has earned.
    public var popularity: [Double]

    /// Describes users and items.
    public init(
        targets: [ItemIndex],
        histories: [[ItemIndex]],
        userGroups: [String: [String?]] = [:],
        categories: [[String]],
        itemGroups: [String: [[String]]] = [:],
        popularity: [Double]
    ) {
        (self.targets, self.histories, self.userGroups) = (targets, histories, userGroups)
        (self.categories, self.itemGroups, self.popularity) = (categories, itemGroups, popularity)
    }

    /// The mix of categories of some items.
    public func mix(of items: some Sequence<ItemIndex>) -> CategoryMix<String> {
        CategoryMix(of: items.map { categories[$0.position] })
    }

    func miscalibration(of list: [ItemIndex], from history: [ItemIndex]) -> Double? {
        let own = mix(of: history)
        return own.isEmpty ? nil : Calibration(to: own).miscalibration(of: mix(of: list))
    }
}

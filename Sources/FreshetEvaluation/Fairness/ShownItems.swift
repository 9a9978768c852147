import FreshetCore
import FreshetFairness

/// What lists show together, which is no mean over users: its intervals come from adding the lists up anew.
struct ShownItems {
    /// The figures of all lists.
    struct Figures {
        let gini: Estimate
        let popularityLift: Estimate?
        let exposure: [String: [FairnessEvaluation.Exposure]]
    }

    private let lists: [[ItemIndex]]
    private let subjects: FairnessSubjects
    /// By attribute.
    private let groups: [(attribute: String, rows: [GroupExposure])]
    /// The mean popularity of each user's history and list; `nil` where one of them is empty.
    private let popularity: [(history: Double, list: Double)?]

    init(_ lists: [[ItemIndex]], _ subjects: FairnessSubjects, groupsAtMost count: Int) {
        (self.lists, self.subjects) = (lists, subjects)
        var exposure = ItemExposure(itemCount: subjects.popularity.count)
        for list in lists { exposure.add(list.map(\.position)) }
        groups = subjects.itemGroups.sorted { $0.key < $1.key }.map { attribute, groups in
            (attribute, Array(exposure.byGroup(groups, merit: subjects.popularity).prefix(count)))
        }
        func mean(_ items: [ItemIndex]) -> Double? {
            items.isEmpty
                ? nil : items.reduce(0) { $0 + subjects.popularity[$1.position] } / Double(items.count)
        }
        popularity = zip(subjects.histories, lists).map { history, list in
            guard let history = mean(history), let list = mean(list) else { return nil }
            return (history, list)
        }
    }

    func figures(_ bootstrap: Bootstrap) -> Figures {
        let width = 2 + groups.reduce(0) { $0 + $1.rows.count }
        var whole = [Double](repeating: 0, count: width)
        measure({ _ in 1 }, into: &whole)
        let draws = bootstrap.draws(rows: lists.count, figures: width) { counts, figures in
            measure({ Double(counts[$0]) }, into: &figures)
        }
        func estimate(_ column: Int) -> Estimate {
            bootstrap.estimate(whole[column], draws: draws.map { $0[column] })
        }
        var column = 2
        var exposure: [String: [FairnessEvaluation.Exposure]] = [:]
        for (attribute, rows) in groups {
            exposure[attribute] = rows.map { row in
                defer { column += 1 }
                return FairnessEvaluation.Exposure(share: estimate(column), row: row)
            }
        }
        return Figures(gini: estimate(0), popularityLift: whole[1].isNaN ? nil : estimate(1), exposure: exposure)
    }

    /// The Gini index, the popularity lift and each group's share, where a user counts as often as `times` says.
    private func measure(_ times: (Int) -> Double, into figures: inout [Double]) {
        var values = [Double](repeating: 0, count: subjects.popularity.count)
        var (histories, shown) = (0.0, 0.0)
        for (user, list) in lists.enumerated() {
            let times = times(user)
            guard times > 0 else { continue }
            for (rank, item) in zip(1..., list) { values[item.position] += times * PositionExposure.at(rank: rank) }
            guard let popularity = popularity[user] else { continue }
            histories += times * popularity.history
            shown += times * popularity.list
        }
        figures[0] = GiniIndex.of(values)
        figures[1] = histories > 0 ? shown / histories - 1 : .nan
        var column = 2
        for (attribute, rows) in groups {
            var mix = CategoryMix<String>()
            for (item, names) in (subjects.itemGroups[attribute] ?? []).enumerated() where values[item] > 0 {
                mix.add(names, weight: values[item])
            }
            for row in rows {
                figures[column] = mix.share(of: row.group)
                column += 1
            }
        }
    }
}

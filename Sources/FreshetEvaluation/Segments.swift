import FreshetCore

/// A part of the users, or of the targets, whose figures are shown on their own.
struct Segment {
    let name: String
    let definition: String
    /// The rows that belong to it.
    let rows: [Int]
    /// The targets that count, when it is a part of the catalogue.
    var isTarget: ((ItemIndex) -> Bool)?

    /// New and old users, by the length of their history.
    static func byHistory(_ ranked: RankedUsers, options: EvaluationOptions) -> [Segment] {
        let lengths = ranked.historyLengths
        guard !lengths.isEmpty else { return [] }
        let limit = options.newUserEvents ?? lengths.sorted()[(lengths.count - 1) / 4]
        let how = options.newUserEvents == nil ? ", the quarter with the shortest histories" : ""
        return [
            Segment(
                name: "new users",
                definition: "at most \(limit) events before\(how)",
                rows: lengths.indices.filter { lengths[$0] <= limit }
            ),
            Segment(
                name: "old users",
                definition: "more than \(limit) events before",
                rows: lengths.indices.filter { lengths[$0] > limit }
            ),
        ]
    }

    /// Head and tail items, by their training events.
    ///
    /// A user belongs to a part when a target of theirs does; only the
    /// targets of the part count as relevant.
    static func byPopularity(
        _ ranked: RankedUsers,
        catalogue: CatalogueStatistics,
        options: EvaluationOptions
    ) -> [Segment] {
        let isHead = catalogue.headItems(share: options.headShare)
        let headCount = isHead.count { $0 }
        let percent = Int((options.headShare * 100).rounded())
        func segment(_ name: String, _ definition: String, head: Bool) -> Segment {
            let isTarget = { (item: ItemIndex) in (item.position < isHead.count && isHead[item.position]) == head }
            let rows = ranked.targets.indices.filter { ranked.targets[$0].contains(where: isTarget) }
            return Segment(name: name, definition: definition, rows: rows, isTarget: isTarget)
        }
        return [
            segment(
                "head items",
                "the target is one of the \(Figure.whole(Double(headCount))) most popular items, which have \(percent)% of the events",
                head: true
            ),
            segment(
                "tail items",
                "the target is one of the other \(Figure.whole(Double(isHead.count - headCount))) items",
                head: false
            ),
        ]
    }
}

extension RankedUsers {
    /// Some of the rows, with their rankings.
    func selecting(_ rows: [Int]) -> RankedUsers {
        RankedUsers(
            users: rows.map { users[$0] },
            targets: rows.map { targets[$0] },
            ranks: rows.map { ranks[$0] },
            candidateCounts: candidateCounts.isEmpty ? [] : rows.map { candidateCounts[$0] }
        )
    }
}

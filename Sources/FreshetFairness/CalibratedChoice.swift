/// The choice of a calibrated list, place by place.
struct CalibratedChoice<Category: Hashable & Comparable & Sendable> {
    /// Candidates with the same categories, the most relevant first.
    private struct Group {
        /// The positions of the categories that the user has, too.
        let wanted: [Int]
        /// How many categories there are, wanted or not.
        let width: Int
        var candidates: [Int]
        var next = 0
    }

    private let calibration: Calibration<Category>
    private let relevance: [Double]
    private var groups: [Group] = []
    /// What each of the user's categories weighs in the list so far.
    private var weights: [Double]
    /// How many of the list's items have a category.
    private var total = 0.0

    init(_ calibration: Calibration<Category>, relevance: [Double], items: [[Category]]) {
        self.calibration = calibration
        self.relevance = relevance
        weights = [Double](repeating: 0, count: calibration.categories.count)
        let positions = Dictionary(uniqueKeysWithValues: zip(calibration.categories, 0...))
        var known: [[Int]: Int] = [:]
        for (candidate, categories) in items.enumerated() {
            let wanted = categories.compactMap { positions[$0] }.sorted()
            let group = known[wanted + [-categories.count]] ?? groups.count
            if group == groups.count {
                known[wanted + [-categories.count]] = group
                groups.append(Group(wanted: wanted, width: categories.count, candidates: []))
            }
            groups[group].candidates.append(candidate)
        }
        for group in groups.indices {
            groups[group].candidates.sort { (relevance[$1], $0) < (relevance[$0], $1) }
        }
    }

    /// Takes the candidate that is worth most at the next place; there must be one.
    mutating func takeNext(tradeOff: Double) -> Int {
        let now = (0..<weights.count).reduce(0) { $0 + term($1, adding: 0, of: total) }
        let grown = (0..<weights.count).map { term($0, adding: 0, of: total + 1) }
        let sum = grown.reduce(0, +)
        var best: (group: Int, candidate: Int, value: Double)?
        for (place, group) in groups.enumerated() where group.next < group.candidates.count {
            let candidate = group.candidates[group.next]
            let divergence =
                group.width == 0
                ? now : group.wanted.reduce(sum) { $0 + term($1, adding: group, of: total + 1) - grown[$1] }
            let value = (1 - tradeOff) * relevance[candidate] - tradeOff * divergence
            guard let known = best else {
                best = (place, candidate, value)
                continue
            }
            if value > known.value || (value == known.value && candidate < known.candidate) {
                best = (place, candidate, value)
            }
        }
        guard let best else { preconditionFailure("no candidate is left") }
        take(best.group)
        return best.candidate
    }

    private mutating func take(_ group: Int) {
        groups[group].next += 1
        guard groups[group].width > 0 else { return }
        total += 1
        for category in groups[group].wanted { weights[category] += 1 / Double(groups[group].width) }
    }

    private func term(_ category: Int, adding group: Group, of total: Double) -> Double {
        term(category, adding: 1 / Double(group.width), of: total)
    }

    private func term(_ category: Int, adding weight: Double, of total: Double) -> Double {
        calibration.term(category, share: total > 0 ? (weights[category] + weight) / total : 0)
    }
}

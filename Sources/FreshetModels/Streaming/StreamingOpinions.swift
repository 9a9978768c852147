import Foundation
import FreshetCore
import FreshetData
import FreshetNN

/// What is liked and what is disliked, event by event: how likely an item is to displease who gets it.
///
/// With `l` and `d` an item's likings and dislikes and `p` the share of dislikes among all, the chance that it is liked is
/// taken as `(l + a (1 - p)) / (l + d + a)`. Who dislikes an item often dislikes certain others: pairs of a user's dislikes
/// are counted as ``StreamingCoVisitation`` counts those of likings. What a candidate loses is
///
///     strength · (-ln P(liked) + company · Σ over the user's newest dislikes i of C[i, j] / √(dᵢ dⱼ))
///
/// Where nobody dislikes anything nothing is counted and nothing lost.
public struct StreamingOpinions: Sendable {
    /// The settings.
    public struct Configuration: Codable, Sendable, Equatable {
        /// How firmly an item's share of dislikes is believed to be that of all items, in events.
        public var prior: Float = 20
        /// What it counts that the item's company is disliked by the user.
        public var company: Float = 0.3
        /// What all of it counts against the fused score; 0 leaves it out.
        public var strength: Float = 2
        /// How many of a user's newest dislikes are looked at.
        public var dislikes = 20
        /// How many others that are disliked with an item are kept at most.
        public var followers = 128

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: ``FreshetError`` of kind `usage`.
        public func validate() throws {
            try SettingRange.check("prior", prior, in: 0.1...1e6)
            try SettingRange.check("company", company, in: 0...1e3)
            try SettingRange.check("strength", strength, in: 0...1e3)
            try SettingRange.check("dislikes", dislikes, in: 0...10_000)
            try SettingRange.check("followers", followers, in: 4...1_000_000)
        }
    }

    /// The settings it was created with.
    public let configuration: Configuration

    /// By item; no longer than the highest item that somebody disliked or that was liked since.
    private var likings: [Float] = []
    private var dislikes: [Float] = []
    private var rows: [FollowerRow] = []
    private var total = (likings: 0.0, dislikes: 0.0)

    /// Creates counts of nothing.
    public init(configuration: Configuration = Configuration()) { self.configuration = configuration }

    /// Counts an event.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - history: the user's events before it.
    mutating func learn(_ event: LoggedEvent, after history: History) {
        guard event.weight > 0 || event.weight < 0 else { return }
        let item = event.item.position
        likings.grow(to: item + 1, with: 0)
        dislikes.grow(to: item + 1, with: 0)
        guard event.weight < 0 else {
            likings[item] += event.weight
            total.likings += Double(event.weight)
            return
        }
        dislikes[item] -= event.weight
        total.dislikes -= Double(event.weight)
        rows.grow(to: item + 1, with: FollowerRow())
        forEachDislike(of: history) { other, weight in
            guard other != item, other < rows.count else { return }
            let weight = min(weight, -event.weight)
            rows[item].add(Int32(other), weight, at: 0, rate: 0, limit: configuration.followers)
            rows[other].add(Int32(item), weight, at: 0, rate: 0, limit: configuration.followers)
        }
    }

    /// Whether there is anything to lose.
    var isOpen: Bool { total.dislikes > 0 && configuration.strength > 0 }

    /// Adds up what the user's dislikes say of other items.
    func score(_ history: History, into company: SparseScores) {
        company.reset(itemCount: max(rows.count, dislikes.count))
        forEachDislike(of: history) { item, _ in
            guard item < rows.count else { return }
            let row = rows[item]
            for place in row.items.indices {
                let other = Int(row.items[place])
                company.add(row.items[place], row.weights[place] / (dislikes[item] * dislikes[other]).squareRoot())
            }
        }
    }

    /// What a candidate loses.
    func penalty(of item: ItemIndex, company: Float) -> Float {
        let (liked, disliked) =
            item.position < likings.count ? (likings[item.position], dislikes[item.position]) : (0, 0)
        // Where all are dislikes, none of them says that an item is worse than the others.
        let share = min(Float(total.dislikes / (total.likings + total.dislikes)), 0.9)
        let chance = (liked + configuration.prior * (1 - share)) / (liked + disliked + configuration.prior)
        return configuration.strength * (configuration.company * company - logf(chance))
    }

    private func forEachDislike(of history: History, _ body: (_ item: Int, _ weight: Float) -> Void) {
        var left = configuration.dislikes
        for (place, weight) in zip(0..., history.weights).reversed() where weight < 0 {
            guard left > 0 else { return }
            left -= 1
            body(history.items[history.items.startIndex + place].position, -weight)
        }
    }
}

extension StreamingOpinions {
    /// The counts as named arrays.
    func arrays() -> [String: StoredArray] {
        [
            "opinions.likings": StoredArray(likings),
            "opinions.dislikes": StoredArray(dislikes),
            "opinions.rowLengths": StoredArray(rows.map { Int32($0.items.count) }),
            "opinions.followers": StoredArray(rows.flatMap(\.items)),
            "opinions.weights": StoredArray(rows.flatMap(\.weights)),
        ]
    }

    /// Counts from named arrays; those of before there were any are none.
    /// - Throws: ``FreshetError`` of kind `invalidData` when they do not fit each other or the configuration.
    init(from checkpoint: Checkpoint, configuration: Configuration) throws {
        self.init(configuration: configuration)
        guard checkpoint.arrays["opinions.likings"] != nil else { return }
        likings = try checkpoint.finiteNumbers("opinions.likings", shape: [nil])
        dislikes = try checkpoint.finiteNumbers("opinions.dislikes", shape: [likings.count])
        let lengths = try checkpoint.numbers("opinions.rowLengths", of: Int32.self)
        let followers = try checkpoint.numbers("opinions.followers", of: Int32.self)
        let weights = try checkpoint.finiteNumbers("opinions.weights", shape: [followers.count])
        guard (likings + dislikes + weights).allSatisfy({ $0 >= 0 }), lengths.count <= dislikes.count,
            lengths.allSatisfy({ (0...configuration.followers).contains(Int($0)) }),
            lengths.reduce(0, { $0 + Int($1) }) == followers.count,
            followers.allSatisfy({ lengths.indices.contains(Int($0)) })
        else { throw FreshetError(.invalidData, "The checkpoint does not hold counts of dislikes.") }
        total = (likings.reduce(0) { $0 + Double($1) }, dislikes.reduce(0) { $0 + Double($1) })
        var next = 0
        for length in lengths {
            let range = next..<next + Int(length)
            rows.append(FollowerRow(items: Array(followers[range]), weights: Array(weights[range]), reference: 0))
            next = range.upperBound
        }
    }
}

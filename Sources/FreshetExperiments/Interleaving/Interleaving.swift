import Foundation

/// How the lists of several rankers become the one that a user sees.
///
/// The user chooses among items of all of them, in one answer. What makes users differ, by far the most of the noise of an
/// experiment that shows each user one ranker, is the same for all, so far fewer users are needed.
public enum Interleaving: Sendable, Equatable {
    /// In each round the rankers, in an order drawn anew, put their best item that is not there yet (Radlinski,
    /// Kurup and Joachims, 2008).
    case teamDraft
    /// The same rounds, but each ranker draws an item with a chance that falls with its rank as `1 / rank^decay`: any item
    /// may come first, so that rankers which agree on the first places can be told apart too (Hofmann, Whiteson and de
    /// Rijke, 2011).
    case probabilistic(decay: Double = 3)

    /// Makes one list.
    ///
    /// - Parameters:
    ///   - rankings: each ranker's items, best first, without repeats.
    ///   - count: how many places the list has.
    ///   - random: the generator.
    /// - Returns: the places from the top; fewer than `count` where the rankers have no more items.
    public func merge<Item: Hashable & Sendable>(
        _ rankings: [[Item]],
        count: Int,
        random: inout some RandomNumberGenerator
    ) -> [InterleavedPlace<Item>] {
        var places: [InterleavedPlace<Item>] = []
        var taken: Set<Item> = []
        var order = Array(rankings.indices)
        while places.count < count {
            let before = places.count
            for place in order.indices.dropLast() {
                order.swapAt(place, place + random.place(below: order.count - place))
            }
            for team in order where places.count < count {
                guard let item = pick(rankings[team], without: taken, &random) else { continue }
                taken.insert(item)
                places.append(InterleavedPlace(item: item, team: team))
            }
            if places.count == before { break }
        }
        return places
    }

    private func pick<Item: Hashable>(
        _ ranking: [Item],
        without taken: Set<Item>,
        _ random: inout some RandomNumberGenerator
    ) -> Item? {
        switch self {
        case .teamDraft: return ranking.first { !taken.contains($0) }
        case .probabilistic(let decay):
            var total = 0.0
            for (rank, item) in zip(1..., ranking) where !taken.contains(item) { total += Self.weight(rank, decay) }
            var rest = random.share() * total
            var last: Item?
            for (rank, item) in zip(1..., ranking) where !taken.contains(item) {
                rest -= Self.weight(rank, decay)
                last = item
                if rest < 0 { break }
            }
            return last
        }
    }

    private static func weight(_ rank: Int, _ decay: Double) -> Double { pow(Double(rank), -decay) }
}

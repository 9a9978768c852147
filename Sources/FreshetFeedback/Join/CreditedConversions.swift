/// The conversions that may still be taken back, by user and item.
struct CreditedConversions {
    /// One of them.
    struct Conversion {
        let answer: Int
        let user: UInt64
        let key: Int
        let position: Int
        let value: Double
        let profit: Double?
        let time: Int64
        let answered: Int64
        let isAssisted: Bool
    }

    private struct Pair: Hashable {
        let user: UInt64
        let item: UInt64
    }

    private var conversions: [Pair: [Conversion]] = [:]
    private var perAnswer: [Int: Int] = [:]
    private var order: [(received: Int64, pair: Pair, answer: Int)] = []
    private var first = 0

    /// Remembers one.
    /// - Returns: whether it is the only one of its answer.
    mutating func add(_ conversion: Conversion, user: UInt64, item: UInt64, received: Int64) -> Bool {
        let pair = Pair(user: user, item: item)
        conversions[pair, default: []].append(conversion)
        order.append((received, pair, conversion.answer))
        perAnswer[conversion.answer, default: 0] += 1
        return perAnswer[conversion.answer] == 1
    }

    /// Takes the newest one back that is not older than a window.
    /// - Returns: it, and whether it was the last of its answer; `nil` where there is none.
    mutating func takeBack(user: UInt64, item: UInt64, at time: Int64, window: Int64) -> (Conversion, isLast: Bool)? {
        let pair = Pair(user: user, item: item)
        guard let known = conversions[pair],
            let place = known.lastIndex(where: { $0.time <= time && time - $0.time <= window })
        else { return nil }
        let conversion = known[place]
        conversions[pair]?.remove(at: place)
        perAnswer[conversion.answer, default: 1] -= 1
        return (conversion, perAnswer[conversion.answer] == 0)
    }

    /// Forgets a user's; they can no longer be taken back.
    mutating func forget(user: UInt64) {
        for pair in conversions.keys where pair.user == user { conversions[pair] = nil }
        order.removeFirst(first)
        first = 0
        order.removeAll { $0.pair.user == user }
    }

    /// Forgets those that were received before a time.
    mutating func forget(before time: Int64) {
        while first < order.count, order[first].received < time {
            let entry = order[first]
            conversions[entry.pair]?.removeAll { $0.answer == entry.answer }
            if conversions[entry.pair]?.isEmpty == true { conversions[entry.pair] = nil }
            perAnswer[entry.answer] = nil
            first += 1
        }
        if first > 1024, first * 2 > order.count {
            order.removeFirst(first)
            first = 0
        }
    }
}

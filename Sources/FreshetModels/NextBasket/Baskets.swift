import Foundation
import FreshetCore
import FreshetData

/// Cuts histories into baskets, and says what each counts.
struct Baskets: Sendable {
    /// What one item of one basket counts.
    struct Weights {
        /// In the vector by which users are compared.
        var vectorWeight: Float
        /// As a purchase of one's own.
        var repeatWeight: Float
    }

    private let gap: Int64
    private let groups: Int
    private let basketDecay: Float
    private let groupDecay: Float
    private let repeatWeight: Float
    private let repeatDecay: Float

    init(_ configuration: NextBasket.Configuration) {
        gap = Int64((configuration.basketGap * 1000).rounded())
        groups = configuration.groups
        basketDecay = Float(configuration.basketDecay)
        groupDecay = Float(configuration.groupDecay)
        repeatWeight = Float(configuration.repeatWeight)
        repeatDecay = Float(configuration.repeatDecay)
    }

    /// Calls `body` for every item that a basket likes, once a basket, the latest basket first.
    ///
    /// - Parameters:
    ///   - history: the events.
    ///   - zeros: scratch of as many zeros as the catalogue has items; zeros again afterwards.
    ///   - body: receives the item and what it counts: the weights of its basket, times that of its event.
    @inline(__always)
    func forEachItem(
        of history: History,
        zeros: UnsafeMutablePointer<Float>,
        _ body: (_ item: Int, _ weights: Weights) -> Void
    ) {
        var count = 0
        forEachBasket(of: history) { _ in count += 1 }
        var age = 0
        var own = repeatWeight
        forEachBasket(of: history) { places in
            let vector = vectorWeight(ofAge: age, among: count)
            for place in places {
                let item = history.items[history.items.startIndex + place].position
                zeros[item] = max(zeros[item], history.weight(at: place))
            }
            for place in places {
                let item = history.items[history.items.startIndex + place].position
                let weight = zeros[item]
                guard weight > 0 else { continue }
                zeros[item] = 0
                body(item, Weights(vectorWeight: vector * weight, repeatWeight: own * weight))
            }
            age += 1
            own *= repeatDecay
        }
    }

    /// Calls `body` for the places of every basket in which something is liked, the latest first.
    @inline(__always)
    private func forEachBasket(of history: History, _ body: (_ places: Range<Int>) -> Void) {
        var end = history.count
        while end > 0 {
            var start = end - 1
            var isLiked = history.weight(at: start) > 0
            while start > 0, isOneBasket(history, start) {
                start -= 1
                isLiked = isLiked || history.weight(at: start) > 0
            }
            if isLiked { body(start..<end) }
            end = start
        }
    }

    /// Whether an event is in one basket with the one before; without times every event is a basket.
    @inline(__always)
    private func isOneBasket(_ history: History, _ place: Int) -> Bool {
        guard !history.times.isEmpty else { return false }
        let row = history.times.startIndex + place
        return history.times[row].milliseconds - history.times[row - 1].milliseconds <= gap
    }

    /// What a basket counts in the vector, `age` baskets before the latest of `count`.
    ///
    /// The groups are of one size; where the baskets do not go up in them, the later ones hold one more.
    private func vectorWeight(ofAge age: Int, among count: Int) -> Float {
        let (size, rest) = count.quotientAndRemainder(dividingBy: groups)
        let larger = rest * (size + 1)
        let isInLarger = age < larger
        let members = isInLarger ? size + 1 : size
        let (group, place) = (isInLarger ? age : age - larger).quotientAndRemainder(dividingBy: members)
        let groupAge = isInLarger ? group : rest + group
        return pow(basketDecay, Float(place)) * pow(groupDecay, Float(groupAge)) / Float(members * min(groups, count))
    }
}

import Foundation
import FreshetCore
import FreshetData
import FreshetModels

/// How much it tells that two users dealt with the same item: `1 / log2(2 + n)` for one of `n` events.
package struct ItemRarity {
    /// What a user dealt with: items and what each tells.
    package struct Profile {
        /// What each item tells.
        package let weights: [ItemIndex: Float]
        private let length: Float

        fileprivate init(_ weights: [ItemIndex: Float]) {
            self.weights = weights
            length = weights.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }

        /// The cosine between two users' items, 0 to 1.
        package func cosine(to other: Profile) -> Float {
            guard length > 0, other.length > 0 else { return 0 }
            let product = weights.reduce(Float(0)) { $0 + $1.value * (other.weights[$1.key] ?? 0) }
            return min(product / (length * other.length), 1)
        }
    }

    /// The longest half-life: what was popular once tells little too.
    private static let halfLife = PopularityHalfLife.ever.rawValue

    private let streaming: any StreamingEvidence
    private let time: Int64

    /// Looks at the numbers of events as they are at a time, in seconds since 1970.
    package init(_ streaming: any StreamingEvidence, at time: Int64) {
        self.streaming = streaming
        self.time = time
    }

    /// A user's newest distinct items.
    package func profile(of history: History, newest limit: Int) -> Profile {
        let items = Set(history.items.suffix(limit))
        return streaming.withModels { models in
            var weights: [ItemIndex: Float] = [:]
            for item in items {
                let events = models.popularity.count(of: item, halfLife: Self.halfLife, at: time)
                weights[item] = 1 / log2(2 + Float(events))
            }
            return Profile(weights)
        }
    }
}

import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetNN

/// Finds the nearest users of a history through an index from items, and from features, to users.
struct UserKNNScorer: Scorer {
    private let interactions: SparseRows
    private let users: SparseRows
    private let norms: [Float]
    private let itemNorms: [Float]
    private let features: SparseRows?
    /// The users' profiles by feature: row `f` holds who has it, and how much.
    private let profiles: SparseRows?
    private let configuration: UserKNN.Configuration
    private let scratch = ScratchBuffers()

    init(interactions: SparseRows, features: SparseRows?, configuration: UserKNN.Configuration) {
        self.interactions = interactions
        self.features = features
        self.configuration = configuration
        users = interactions.transposed()
        norms = interactions.norms()
        itemNorms = users.norms()
        profiles = features.map { Self.profiles(of: interactions, $0).transposed() }
    }

    var itemCount: Int { interactions.columnCount }
    private var userCount: Int { interactions.rowCount }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        precondition(scores.count == contexts.count * itemCount, "\(scores.count) scores of \(contexts.count) contexts")
        guard var target = scores.baseAddress else { return }
        scores.update(repeating: 0)
        let width = features?.columnCount ?? 0
        let K = min(configuration.neighbours, userCount)
        // similarities [U], items [V], profile [F], best users [K] and their similarities [K]
        scratch.withZeros(userCount + itemCount + width + 2 * K) { memory in
            let similarities = memory
            let zeros = similarities + userCount
            let profile = zeros + itemCount
            let best = profile + width
            for context in contexts {
                compare(context, similarities, zeros, profile)
                best.withMemoryRebound(to: Int32.self, capacity: K) { users in
                    for place in 0..<freshet_top_k(users, best + K, similarities, userCount, K)
                    where best[K + place] > 0 {
                        interactions.add(Int(users[place]), times: best[K + place], to: target)
                    }
                }
                similarities.update(repeating: 0, count: userCount)
                best.update(repeating: 0, count: 2 * K)
                target += itemCount
            }
        }
    }

    /// Writes how alike every user of the training is to a context; the user's own row stays out.
    private func compare(
        _ context: ScoringContext,
        _ similarities: UnsafeMutablePointer<Float>,
        _ zeros: UnsafeMutablePointer<Float>,
        _ profile: UnsafeMutablePointer<Float>
    ) {
        let share = Float(configuration.featureWeight)
        let history = context.history
        if share < 1 {
            var squares: Float = 0
            configuration.weight.forEachItem(of: history, zeros: zeros) { item, weight in
                squares += weight * weight
                users.add(item, times: weight, to: similarities)
            }
            let norm = squares.squareRoot()
            let shrinkage = max(Float(configuration.shrinkage), .leastNormalMagnitude)
            norms.withUnsafeBufferPointer { norms in
                for user in 0..<userCount { similarities[user] *= (1 - share) / (norm * norms[user] + shrinkage) }
            }
        }
        if let features, let profiles {
            configuration.weight.forEachItem(of: history, zeros: zeros) { item, weight in
                features.add(item, times: weight, to: profile)
            }
            let length = freshet_dot(profile, profile, features.columnCount).squareRoot()
            for feature in 0..<features.columnCount where profile[feature] != 0 {
                profiles.add(feature, times: share * profile[feature] / length, to: similarities)
                profile[feature] = 0
            }
        }
        if let user = context.user, user.position < userCount { similarities[user.position] = -.infinity }
    }

    /// The cosine of the items' columns.
    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        users.cosines(
            of: item.position,
            through: interactions,
            norms: itemNorms,
            shrinkage: Float(configuration.shrinkage),
            into: scores
        )
    }

    func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint()
        interactions.store(in: &checkpoint, as: "interactions")
        checkpoint.arrays["items"] = StoredArray([Int32(itemCount)])
        if let features {
            features.store(in: &checkpoint, as: "features")
            checkpoint.arrays["width"] = StoredArray([Int32(features.columnCount)])
        }
        return checkpoint
    }

    /// Every user's profile: the sum of their items' features, at length 1.
    private static func profiles(of interactions: SparseRows, _ features: SparseRows) -> SparseRows {
        let sums = SparseAccumulator(width: features.columnCount)
        var offsets = [0]
        var columns: [Int32] = []
        var values: [Float] = []
        for user in 0..<interactions.rowCount {
            sums.add(interactions, user, through: features)
            let start = columns.count
            var squares: Float = 0
            sums.drain { column, sum in
                columns.append(Int32(column))
                values.append(sum)
                squares += sum * sum
            }
            let length = max(squares.squareRoot(), .leastNormalMagnitude)
            for entry in start..<values.count { values[entry] /= length }
            offsets.append(columns.count)
        }
        return SparseRows(columnCount: features.columnCount, offsets: offsets, columns: columns, values: values)
    }
}

import FreshetCore
import FreshetNN
import FreshetTensor

/// The learned numbers of a factorization: `mean + userBias + itemBias + user · item`.
struct Factors: Sendable, Equatable {
    /// The length `F` of a vector.
    let width: Int
    /// The items' vectors, shape `[V, F]`.
    var items: [Float]
    /// The items' biases, shape `[V]`.
    var itemBiases: [Float]
    /// The users' vectors, shape `[U, F]`, or empty when every user's vector is solved from the history.
    var users: [Float] = []
    /// The users' biases, shape `[U]`, or empty.
    var userBiases: [Float] = []
    /// The mean value of an event.
    var mean: Float = 0
    /// Brings the vectors that histories solve to the length of the learned ones.
    var foldInScale: Float = 1

    var itemCount: Int { itemBiases.count }
    var userCount: Int { users.count / width }
    var isFinite: Bool {
        mean.isFinite && foldInScale.isFinite
            && [items, itemBiases, users, userBiases].allSatisfy { $0.allSatisfy(\.isFinite) }
    }

    /// Zero biases and vectors of normal draws of a deviation.
    init(width: Int, itemCount: Int, userCount: Int, deviation: Float, random: inout RandomSource) {
        self.width = width
        items = (0..<(itemCount * width)).map { _ in deviation * random.normal() }
        users = (0..<(userCount * width)).map { _ in deviation * random.normal() }
        itemBiases = [Float](repeating: 0, count: itemCount)
        userBiases = [Float](repeating: 0, count: userCount)
    }

    /// Lends the numbers for changes: users' vectors, items' vectors, users' biases, items' biases.
    ///
    /// The pointers may be used on several threads as long as each writes to rows of its own.
    mutating func withPointers<Result>(
        _ body: (
            _ users: UnsafeMutablePointer<Float>,
            _ items: UnsafeMutablePointer<Float>,
            _ userBiases: UnsafeMutablePointer<Float>,
            _ itemBiases: UnsafeMutablePointer<Float>
        ) -> Result
    ) -> Result {
        users.withUnsafeMutableBufferPointer { users in
            items.withUnsafeMutableBufferPointer { items in
                userBiases.withUnsafeMutableBufferPointer { userBiases in
                    itemBiases.withUnsafeMutableBufferPointer { itemBiases in
                        body(users.baseAddress!, items.baseAddress!, userBiases.baseAddress!, itemBiases.baseAddress!)
                    }
                }
            }
        }
    }

    /// The sum of `y yᵀ` over all items, shape `[F, F]`.
    func itemGram() -> [Float] {
        var gram = [Float](repeating: 0, count: width * width)
        items.withUnsafeBufferPointer { items in
            gram.withUnsafeMutableBufferPointer { gram in
                guard let items = items.baseAddress, let gram = gram.baseAddress else { return }
                NormalEquations.gram(
                    of: items,
                    count: itemCount,
                    width: width,
                    into: gram,
                    pool: ThreadPool(threads: 1)
                )
            }
        }
        return gram
    }
}

extension Factors {
    func checkpoint() -> Checkpoint {
        Checkpoint(arrays: [
            "items": StoredArray(items, shape: [itemCount, width]),
            "item_biases": StoredArray(itemBiases),
            "users": StoredArray(users, shape: [userCount, width]),
            "user_biases": StoredArray(userBiases),
            "mean": StoredArray([mean]),
            "fold_in_scale": StoredArray([foldInScale]),
        ])
    }

    init(from checkpoint: Checkpoint, width: Int) throws {
        self.width = width
        itemBiases = try checkpoint.finiteNumbers("item_biases", shape: [nil])
        userBiases = try checkpoint.finiteNumbers("user_biases", shape: [nil])
        items = try checkpoint.finiteNumbers("items", shape: [itemBiases.count, width])
        users = try checkpoint.finiteNumbers("users", shape: [userBiases.count, width])
        mean = try checkpoint.finiteNumbers("mean", shape: [1])[0]
        foldInScale = try checkpoint.finiteNumbers("fold_in_scale", shape: [1])[0]
    }
}

import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// What a ``LightGCN`` has learned, in the form that scoring needs.
struct GraphVectors: Sendable, Equatable {
    /// The length `C` of a vector.
    let width: Int
    /// How many layers there are beside the learned one.
    let layers: Int
    /// The items' vectors, the mean of all layers, shape `[V, C]`.
    let items: [Float]
    /// What each item passes on to a user who chose it, `Σ_{k < layers} e⁽ᵏ⁾_i / √d_i`, shape `[V, C]`.
    let passed: [Float]
    /// The users' learned vectors, shape `[U, C]`.
    let users: [Float]

    var itemCount: Int { items.count / width }
    var userCount: Int { users.count / width }

    /// Smooths learned vectors over a graph.
    ///
    /// - Parameters:
    ///   - table: the learned vectors, users before items.
    ///   - graph: users and items.
    ///   - userCount: how many of the rows are users.
    ///   - layers: how many times vectors are taken from neighbours.
    ///   - pool: the threads.
    init(_ table: Parameter, over graph: GraphMatrix, userCount: Int, layers: Int, pool: ThreadPool) {
        let (C, N) = (table.columns, table.rows)
        let V = N - userCount
        (width, self.layers) = (C, layers)
        users = Array(table.values[..<(userCount * C)])
        var layer = Array(table.values)
        var (items, passed) = (Array(layer[(userCount * C)...]), [Float](repeating: 0, count: V * C))
        for _ in 0..<layers {
            for place in 0..<V * C { passed[place] += layer[userCount * C + place] }
            let next = [Float](unsafeUninitializedCapacity: N * C) { buffer, count in
                layer.withUnsafeBufferPointer {
                    graph.multiply($0.baseAddress!, into: buffer.baseAddress!, columns: C, pool: pool)
                }
                count = N * C
            }
            layer = next
            for place in 0..<V * C { items[place] += layer[userCount * C + place] }
        }
        for item in 0..<V {
            let degree = graph.offsets[userCount + item + 1] - graph.offsets[userCount + item]
            let share = degree > 0 ? 1 / Float(degree).squareRoot() : 0
            for place in item * C..<(item + 1) * C {
                items[place] /= Float(layers + 1)
                passed[place] *= share
            }
        }
        (self.items, self.passed) = (items, passed)
    }

    /// A user's vector: the learned one, if any, and what the items of a history pass on.
    ///
    /// - Parameters:
    ///   - user: the user's number, `nil` for one the model never saw.
    ///   - history: the user's events.
    ///   - query: which of them count.
    ///   - vector: where to write, `C` numbers.
    ///   - zeros: scratch of as many zeros as there are items; zeros again afterwards.
    func write(
        _ user: UserIndex?,
        _ history: History,
        _ query: HistoryQuery,
        into vector: UnsafeMutablePointer<Float>,
        zeros: UnsafeMutablePointer<Float>
    ) {
        vector.update(repeating: 0, count: width)
        var degree: Float = 0
        passed.withUnsafeBufferPointer { passed in
            query.forEachItem(of: history, zeros: zeros) { item, weight in
                degree += weight
                freshet_axpy(vector, passed.baseAddress! + item * width, weight, width)
            }
        }
        if degree > 0 { freshet_scale(vector, 1 / degree.squareRoot(), width) }
        if let user, user.position < userCount {
            users.withUnsafeBufferPointer { freshet_axpy(vector, $0.baseAddress! + user.position * width, 1, width) }
        }
        freshet_scale(vector, 1 / Float(layers + 1), width)
    }
}

extension GraphVectors {
    func checkpoint() -> Checkpoint {
        Checkpoint(arrays: [
            "items": StoredArray(items, shape: [itemCount, width]),
            "passed": StoredArray(passed, shape: [itemCount, width]),
            "users": StoredArray(users, shape: [userCount, width]),
            "counts": StoredArray([Int32(userCount), Int32(itemCount)]),
        ])
    }

    init(from checkpoint: Checkpoint, width: Int, layers: Int) throws {
        let counts = try checkpoint.numbers("counts", of: Int32.self, shape: [2]).map(Int.init)
        (self.width, self.layers) = (width, layers)
        users = try checkpoint.finiteNumbers("users", shape: [counts[0], width])
        items = try checkpoint.finiteNumbers("items", shape: [counts[1], width])
        passed = try checkpoint.finiteNumbers("passed", shape: [counts[1], width])
    }
}

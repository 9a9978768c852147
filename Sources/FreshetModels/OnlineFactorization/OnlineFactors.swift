import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// The numbers of an online factorization, and the step that an event makes.
struct OnlineFactors: Sendable, Equatable {
    /// The length `F` of a vector.
    let width: Int
    /// The items' vectors, shape `[V, F]`.
    private(set) var items: [Float] = []
    /// The vector of a user of whom nothing is known, shape `[F]`.
    private(set) var start: [Float]
    /// The items by when they were last chosen, or taken for not chosen.
    private(set) var recency = RecencyQueue()

    /// No items, and a start vector of small draws.
    init(width: Int, deviation: Float, seed: UInt64) {
        self.width = width
        var random = RandomSource.stream(seed: seed, 0x15D)
        start = (0..<width).map { _ in deviation * random.normal() }
    }

    /// The length `V` of the catalogue.
    var itemCount: Int { recency.capacity }

    /// Makes room for more items, each with a vector of small draws of its own.
    mutating func grow(to count: Int, deviation: Float, seed: UInt64) {
        let old = itemCount
        guard count > old else { return }
        recency.grow(to: count)
        items.grow(to: count * width, with: 0)
        for item in old..<count { reset(ItemIndex(item), deviation: deviation, seed: seed) }
    }

    /// Gives an item the vector of one that nobody has chosen.
    mutating func reset(_ item: ItemIndex, deviation: Float, seed: UInt64) {
        recency.remove(item.position)
        var random = RandomSource.stream(seed: seed, 0x15E, UInt64(item.position))
        for place in item.position * width..<(item.position + 1) * width { items[place] = deviation * random.normal() }
    }

    /// Puts items that were chosen at the end of the queue.
    mutating func touch(_ item: ItemIndex) { recency.touch(item.position) }

    /// Takes over the order of other factors of the same stream.
    mutating func takeOrder(of other: OnlineFactors) { recency = other.recency }

    /// The vector of a user: the start vector after a step for each of the newest events, items held fixed.
    ///
    /// A liking is a step towards the score 1, a dislike towards 0; what says nothing of its item is none.
    ///
    /// - Parameters:
    ///   - history: the user's events; items that are not known are left out.
    ///   - settings: how long the steps are, and how many.
    ///   - vector: where to write, shape `[F]`.
    func userVector(
        of history: History,
        _ settings: OnlineMatrixFactorization.Configuration,
        into vector: UnsafeMutablePointer<Float>
    ) {
        start.withUnsafeBufferPointer { vector.update(from: $0.baseAddress!, count: width) }
        items.withUnsafeBufferPointer { items in
            for place in max(0, history.count - settings.historyLength)..<history.count {
                let item = history.items[history.items.startIndex + place]
                let said = history.weight(at: place)
                guard item.position < itemCount, said != 0 else { continue }
                let row = items.baseAddress! + item.position * width
                let error = (said > 0 ? 1 : 0) - freshet_dot(vector, row, width)
                Self.move(
                    vector,
                    along: row,
                    error: error,
                    rate: settings.userRate,
                    decay: settings.regularization,
                    width
                )
            }
        }
    }

    /// Learns what the user of a vector says of an item: with a liking, that they did not choose those that nobody asked for
    /// longest; with a dislike, that alone.
    ///
    /// - Parameters:
    ///   - item: the item.
    ///   - likes: whether it is a liking.
    ///   - user: the user's vector before.
    ///   - rate: the length of the steps.
    ///   - settings: all else.
    /// - Returns: half the square of what the score was off.
    mutating func learn(
        _ item: ItemIndex,
        likes: Bool = true,
        of user: UnsafePointer<Float>,
        rate: Float,
        _ settings: OnlineMatrixFactorization.Configuration
    ) -> Float {
        let value: Float = likes ? 1 : 0
        let error = learn(item, value: value, of: user, rate: rate, decay: settings.regularization)
        guard likes else { return error * error / 2 }
        for _ in 0..<min(settings.negatives, recency.count) {
            guard let other = recency.oldest, other != item.position else { break }
            recency.touch(other)
            _ = learn(ItemIndex(other), value: 0, of: user, rate: rate, decay: settings.regularization)
        }
        recency.touch(item.position)
        return error * error / 2
    }

    /// Steps of an item's vector and of the start vector, which learns as the user's would.
    private mutating func learn(
        _ item: ItemIndex,
        value: Float,
        of user: UnsafePointer<Float>,
        rate: Float,
        decay: Float
    ) -> Float {
        let (width, offset) = (width, item.position * width)
        return items.withUnsafeMutableBufferPointer { items in
            start.withUnsafeMutableBufferPointer { start in
                let row = items.baseAddress! + offset
                let error = value - freshet_dot(user, row, width)
                Self.move(start.baseAddress!, along: row, error: error, rate: rate, decay: decay, width)
                Self.move(row, along: user, error: error, rate: rate, decay: decay, width)
                return error
            }
        }
    }

    /// One step of a vector down `½ error² + ½ decay |vector|²`, with the error `value − vector · other`.
    ///
    /// Implicit in the length of the other vector (Toulis and Airoldi, 2017), so that no rate is too large.
    private static func move(
        _ vector: UnsafeMutablePointer<Float>,
        along other: UnsafePointer<Float>,
        error: Float,
        rate: Float,
        decay: Float,
        _ width: Int
    ) {
        let length = rate / (1 + rate * Float(freshet_sum_of_squares(other, width)))
        freshet_scale(vector, 1 - length * decay, width)
        freshet_axpy(vector, other, length * error, width)
    }
}

extension OnlineFactors {
    /// All numbers as named arrays.
    func checkpoint() -> Checkpoint {
        Checkpoint(arrays: [
            "items": StoredArray(items, shape: [itemCount, width]),
            "start": StoredArray(start),
            "recency": StoredArray(recency.places),
        ])
    }

    /// What ``checkpoint()`` described.
    /// - Throws: ``FreshetError`` of kind `invalidData` when arrays are missing or do not fit.
    init(from checkpoint: Checkpoint, width: Int) throws {
        self.width = width
        recency = try RecencyQueue(places: checkpoint.numbers("recency", of: Int32.self, shape: [nil]))
        items = try checkpoint.finiteNumbers("items", shape: [recency.capacity, width])
        start = try checkpoint.finiteNumbers("start", shape: [width])
    }
}

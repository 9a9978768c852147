import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

@Suite struct OnlineMatrixFactorizationTests {
    private typealias Configuration = OnlineMatrixFactorization.Configuration

    private func configuration(_ change: (inout Configuration) -> Void = { _ in }) -> Configuration {
        var configuration = Configuration()
        (configuration.factors, configuration.deviation) = (5, 0.3)
        (configuration.learningRate, configuration.userRate, configuration.regularization) = (0.2, 0.4, 0.05)
        (configuration.negatives, configuration.historyLength) = (3, 4)
        change(&configuration)
        return configuration
    }

    private func factors(_ items: Int, _ configuration: Configuration) -> OnlineFactors {
        var factors = OnlineFactors(width: configuration.factors, deviation: configuration.deviation, seed: 5)
        factors.grow(to: items, deviation: configuration.deviation, seed: 5)
        return factors
    }

    private func userVector(_ history: [Int], _ factors: OnlineFactors, _ configuration: Configuration) -> [Float] {
        var vector = [Float](repeating: 0, count: factors.width)
        vector.withUnsafeMutableBufferPointer {
            let history = History(items: history.map { ItemIndex($0) }[...])
            factors.userVector(of: history, configuration, into: $0.baseAddress!)
        }
        return vector
    }

    private func learn(
        _ item: Int,
        after history: [Int],
        _ factors: inout OnlineFactors,
        _ configuration: Configuration
    ) -> Float {
        let user = userVector(history, factors, configuration)
        return user.withUnsafeBufferPointer {
            factors.learn(ItemIndex(item), of: $0.baseAddress!, rate: configuration.learningRate, configuration)
        }
    }

    /// A step goes down the gradient of the loss, by central differences in `Double`.
    @Test func stepIsDownTheGradient() {
        let configuration = configuration { $0.negatives = 0 }
        var factors = factors(3, configuration)
        let user = userVector([0], factors, configuration).map(Double.init)
        let before = factors.items[5..<10].map(Double.init)
        func loss(_ item: [Double]) -> Double {
            let error = 1 - zip(user, item).reduce(0) { $0 + $1.0 * $1.1 }
            return error * error / 2 + 0.05 * item.reduce(0) { $0 + $1 * $1 } / 2
        }
        _ = learn(1, after: [0], &factors, configuration)
        let length = 0.2 / (1 + 0.2 * user.reduce(0) { $0 + $1 * $1 })
        for place in 0..<5 {
            var (more, less) = (before, before)
            (more[place], less[place]) = (before[place] + 1e-4, before[place] - 1e-4)
            let gradient = (loss(more) - loss(less)) / 2e-4
            #expect(abs(Double(factors.items[5 + place]) - (before[place] - length * gradient)) < 1e-5)
        }
    }

    /// The same in plain loops in `Double` over an array that is searched.
    private struct Reference {
        let configuration: Configuration
        var items: [[Double]]
        var start: [Double]
        var queue: [Int] = []

        func error(_ vector: [Double], _ other: [Double], _ value: Double) -> Double {
            value - zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
        }

        func moved(_ vector: [Double], _ other: [Double], _ error: Double, _ rate: Float) -> [Double] {
            let (rate, decay) = (Double(rate), Double(configuration.regularization))
            let length = rate / (1 + rate * other.reduce(0) { $0 + $1 * $1 })
            return zip(vector, other).map { $0 + length * (error * $1 - decay * $0) }
        }

        mutating func learn(_ item: Int, after history: [Int]) {
            var user = start
            for past in history.suffix(configuration.historyLength) {
                user = moved(user, items[past], error(user, items[past], 1), configuration.userRate)
            }
            learn(item, 1, user)
            for other in queue.prefix(configuration.negatives) {
                if other == item { break }
                learn(other, 0, user)
                queue.removeAll { $0 == other }
                queue.append(other)
            }
            queue.removeAll { $0 == item }
            queue.append(item)
        }

        private mutating func learn(_ item: Int, _ value: Double, _ user: [Double]) {
            let error = error(items[item], user, value)
            start = moved(start, items[item], error, configuration.learningRate)
            items[item] = moved(items[item], user, error, configuration.learningRate)
        }
    }

    @Test func learnsAsPlainLoopsDo() {
        let configuration = configuration()
        var factors = factors(12, configuration)
        var reference = Reference(
            configuration: configuration,
            items: (0..<12).map { factors.items[$0 * 5..<$0 * 5 + 5].map(Double.init) },
            start: factors.start.map(Double.init)
        )
        var random = RandomSource(seed: 2)
        var histories = [[Int]](repeating: [], count: 6)
        for _ in 0..<300 {
            let (user, item) = (random.below(6), random.below(12))
            _ = learn(item, after: histories[user], &factors, configuration)
            reference.learn(item, after: histories[user])
            histories[user].append(item)
        }
        #expect(zip(factors.items, reference.items.joined()).allSatisfy { abs(Double($0) - $1) < 1e-3 })
        #expect(zip(factors.start, reference.start).allSatisfy { abs(Double($0) - $1) < 1e-3 })
        let places = reference.queue.enumerated().reduce(into: [Int32](repeating: -1, count: 12)) {
            $0[$1.element] = Int32($1.offset)
        }
        #expect(factors.recency.places == places)
    }

    /// A dislike takes from the item, and from the user what is like it; an event that says nothing changes nothing.
    @Test func dislikesAreStepsTowardsNothing() throws {
        let configuration = configuration { ($0.negatives, $0.regularization) = (0, 0) }
        var factors = factors(4, configuration)
        for _ in 0..<100 { _ = learn(1, after: [0], &factors, configuration) }
        func score(_ weights: [Float]) -> Float {
            var vector = [Float](repeating: 0, count: factors.width)
            let history = History(items: [ItemIndex(0), ItemIndex(1)], weights: weights[...])
            vector.withUnsafeMutableBufferPointer {
                factors.userVector(of: history, configuration, into: $0.baseAddress!)
            }
            return zip(vector, factors.items[5..<10]).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(score([1, -1]) < score([1, 0]) && score([1, 0]) <= score([1, 1]))
        #expect(score([0, 0]) == zip(factors.start, factors.items[5..<10]).reduce(0) { $0 + $1.0 * $1.1 })
        let before = score([1, 0])
        let user = userVector([0], factors, configuration)
        for _ in 0..<20 {
            user.withUnsafeBufferPointer {
                _ = factors.learn(ItemIndex(1), likes: false, of: $0.baseAddress!, rate: 0.2, configuration)
            }
        }
        #expect(score([1, 0]) < 0.7 * before)
    }

    @Test func learnsAFewEventsByHeart() throws {
        let data = TrainingData(dataset: SyntheticData.dataset([[0, 1, 2, 0, 1, 2], [3, 4, 5, 3, 4, 5]]))
        var configuration = configuration { $0.passes = 400 }
        (configuration.regularization, configuration.factors) = (0, 8)
        var model = OnlineMatrixFactorization(configuration: configuration)
        try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1)))
        for (history, own) in [([0, 1], 0..<3), ([4, 3], 3..<6)] {
            let history = History(items: history.map { ItemIndex($0) }[...])
            let scores = model.makeScorer().scores(for: ScoringContext(user: nil, history: history))
            let others = (0..<6).filter { !own.contains($0) }.map { scores[$0] }
            #expect((own.map { scores[$0] }.min() ?? 0) > (others.max() ?? 0) + 0.3)
        }
    }

    @Test func seedDecidesEverything() throws {
        func checkpoint(seed: UInt64) throws -> [Float] {
            var model = OnlineMatrixFactorization(configuration: configuration())
            let session = TrainingSession(seed: seed, pool: ThreadPool(threads: 1))
            try model.fit(SyntheticData.groups(), session: session)
            return try model.makeScorer().checkpoint().numbers("items", of: Float.self)
        }
        let (one, again, other) = (try checkpoint(seed: 1), try checkpoint(seed: 1), try checkpoint(seed: 2))
        #expect(one == again && one != other)
    }

    /// However long the steps, nothing grows beyond bounds.
    @Test func noRateIsTooLarge() {
        let configuration = configuration { ($0.learningRate, $0.userRate, $0.regularization) = (0.5, 10, 0) }
        var factors = factors(12, configuration)
        var random = RandomSource(seed: 2)
        for _ in 0..<2_000 {
            _ = learn(random.below(12), after: (0..<4).map { _ in random.below(12) }, &factors, configuration)
        }
        #expect(factors.items.allSatisfy { $0.isFinite && abs($0) < 100 })
    }

    /// Who has no events that the model knows is somebody of whom nothing is known.
    @Test func unknownItemsOfAHistoryAreLeftOut() {
        let configuration = configuration()
        let factors = factors(6, configuration)
        #expect(userVector([], factors, configuration) == factors.start)
        #expect(userVector([40], factors, configuration) == factors.start)
        #expect(userVector([2, 40], factors, configuration) == userVector([2], factors, configuration))
    }

    @Test func timeLimitEndsATraining() throws {
        let configuration = configuration { ($0.passes, $0.minutes) = (10_000, 1e-9) }
        var model = OnlineMatrixFactorization(configuration: configuration)
        try model.fit(SyntheticData.groups(), session: TrainingSession(pool: ThreadPool(threads: 1)))
        let scores = model.makeScorer().scores(for: .init(user: nil, history: .init(items: [])))
        #expect(scores.allSatisfy { $0.isFinite })
    }
}

@Suite struct RecencyQueueTests {
    @Test func isTheOrderOfTheLastTouch() throws {
        var (queue, order) = (RecencyQueue(), [Int]())
        var random = RandomSource(seed: 3)
        queue.grow(to: 20)
        for step in 0..<400 {
            let item = random.below(20)
            order.removeAll { $0 == item }
            if step % 5 == 0 {
                queue.remove(item)
            } else {
                queue.touch(item)
                order.append(item)
            }
            #expect(queue.oldest == order.first && queue.newest == order.last && queue.count == order.count)
            #expect(queue.contains(item) == order.contains(item))
        }
        for (older, newer) in zip(order, order.dropFirst()) { #expect(queue.number(before: newer) == older) }
        if let first = order.first { #expect(queue.number(before: first) == nil) }
        let places = (0..<20).map { item in order.firstIndex(of: item).map(Int32.init) ?? -1 }
        #expect(queue.places == places)
        #expect(try RecencyQueue(places: places).places == places)
        #expect(throws: FreshetError.self) { try RecencyQueue(places: [0, 0, 1]) }
        #expect(throws: FreshetError.self) { try RecencyQueue(places: [0, 5]) }
    }
}

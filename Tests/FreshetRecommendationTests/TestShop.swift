import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor

@testable import FreshetRecommendation

/// A scorer of given vectors: a user is the mean of their items' vectors, newer ones counting more.
struct VectorTableScorer: VectorScorer {
    let vectorWidth: Int
    let vectors: [Float]
    var itemBiases: [Float] = []
    /// What the vectors are multiplied with on the user's side.
    var sharpness: Float = 1

    init(width: Int, vectors: [Float]) {
        vectorWidth = width
        self.vectors = vectors
    }

    /// Normal draws, item `i` leaning towards direction `i % groups`.
    init(items: Int, width: Int, groups: Int, seed: UInt64 = 1) {
        var random = RandomSource(seed: seed)
        var vectors = [Float](repeating: 0, count: items * width)
        for item in 0..<items {
            for column in 0..<width {
                vectors[item * width + column] = 0.3 * random.normal() + (column == item % groups ? 1 : 0)
            }
        }
        self.init(width: width, vectors: vectors)
    }

    var itemCount: Int { vectors.count / vectorWidth }

    func withItemVectors<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
        try vectors.withUnsafeBufferPointer { try body($0.baseAddress!) }
    }

    func userVectors(of contexts: ArraySlice<ScoringContext>, into target: UnsafeMutablePointer<Float>) {
        for (row, context) in contexts.enumerated() {
            var weight: Float = sharpness
            for column in 0..<vectorWidth { target[row * vectorWidth + column] = 0 }
            for item in context.history.items.reversed() where item.position < itemCount {
                for column in 0..<vectorWidth {
                    target[row * vectorWidth + column] += weight * vectors[item.position * vectorWidth + column]
                }
                weight *= 0.8
            }
        }
    }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        var users = [Float](repeating: 0, count: contexts.count * vectorWidth)
        users.withUnsafeMutableBufferPointer { userVectors(of: contexts, into: $0.baseAddress!) }
        for row in 0..<contexts.count {
            for item in 0..<itemCount {
                var sum = itemBiases.isEmpty ? 0 : itemBiases[item]
                for column in 0..<vectorWidth {
                    sum += users[row * vectorWidth + column] * vectors[item * vectorWidth + column]
                }
                scores[row * itemCount + item] = sum
            }
        }
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        for other in 0..<itemCount { scores[other] = cosine(item.position, other) }
    }

    /// The cosine between two items' vectors.
    func cosine(_ left: Int, _ right: Int) -> Float {
        func product(_ left: Int, _ right: Int) -> Float {
            (0..<vectorWidth).reduce(0) { $0 + vectors[left * vectorWidth + $1] * vectors[right * vectorWidth + $1] }
        }
        return product(left, right) / (product(left, left) * product(right, right)).squareRoot()
    }

    func checkpoint() -> Checkpoint { Checkpoint(arrays: [:]) }
}

/// A shop with a seed: items in groups (their categories), users who keep to their group, and what streams from them.
struct TestShop {
    static let now: Int64 = 1_700_000_000

    let catalog: CatalogView
    let vocabulary = Vocabulary()
    private(set) var models = StreamingModels()
    private(set) var histories = UserHistories(limit: 50)
    let groups: Int
    private var offset: Int64 = 0

    /// Item `i` is in category `group i % groups`; each of the users has so many events.
    init(
        items: Int = 40,
        groups: Int = 4,
        users: Int = 24,
        events: Int = 6,
        seed: UInt64 = 1,
        unlisted: UnlistedItems = .show
    ) {
        self.groups = groups
        catalog = CatalogView(unlisted: unlisted)
        for type: EventType in [.view, .cart, .purchase, .like, .rating, "dislike"] {
            _ = vocabulary.addEventType(type)
        }
        for item in 0..<items { put(item) }
        for user in 0..<users { _ = vocabulary.addUser("user \(user)") }
        var random = RandomSource(seed: seed)
        for event in 0..<events {
            for user in 0..<users {
                let place = min(random.below(items / groups), random.below(items / groups))
                let time = Self.now - 86_400 + Int64(event * users + user)
                add(user: user, item: place * groups + user % groups, type: .view, time: time)
            }
        }
    }

    func put(_ item: Int, _ change: (inout Item) -> Void = { _ in }) {
        var details = Item(
            id: "item \(item)",
            title: "thing number\(item) of kind\(item % groups)",
            categories: ["group \(item % groups)"],
            tags: item % 10 == 0 ? ["sale"] : [],
            attributes: ["size": .number(Double(item)), "colour": .text(item % 2 == 0 ? "red" : "blue")]
        )
        details.createdAt = Self.now - 86_400
        change(&details)
        let index = vocabulary.addItem("item \(item)")
        catalog.put(details, at: index)
    }

    mutating func add(user: Int, item: Int, type: EventType = .view, time: Int64 = Self.now) {
        offset += 1
        let event = logged(user: user, item: item, type: type, time: time)
        models.learn(event, after: histories[event.user])
        histories.insert(event)
    }

    private func logged(user: Int, item: Int, type: EventType, time: Int64) -> LoggedEvent {
        var events = [
            LoggedEvent(
                offset: offset,
                user: UserIndex(user),
                item: ItemIndex(item),
                type: vocabulary.eventType(type)!,
                time: Timestamp(seconds: time)
            )
        ]
        vocabulary.weigh(&events)
        return events[0]
    }

    var streaming: FrozenStreaming { FrozenStreaming(models) }

    func query(user: Int, count: Int = 10) -> Query {
        Query(user: UserIndex(user), history: histories[UserIndex(user)], count: count, time: Self.now)
    }

    /// A query of a history of (item, type) pairs, an hour apart, the last one an hour ago.
    func query(_ events: [(Int, EventType)], count: Int = 10) -> Query {
        var history = History(items: [])
        for (place, event) in events.enumerated() {
            let time = Self.now - 3600 * Int64(events.count - place)
            history.append(logged(user: 0, item: event.0, type: event.1, time: time))
        }
        return Query(history: history, count: count, time: Self.now)
    }

    func recommender(
        rules: RuleBook = RuleBook(),
        _ change: (inout PolicyConfiguration) -> Void = { _ in }
    ) -> Recommender {
        var policies = PolicyConfiguration()
        policies.newItemShare = 0
        change(&policies)
        return Recommender(
            catalog: catalog,
            vocabulary: vocabulary,
            configuration: RecommenderConfiguration(policies: policies),
            rules: rules
        )
    }

    func snapshot(_ scorer: (any Scorer)? = nil, retrievalThreshold: Int = .max) -> ModelSnapshot {
        ModelSnapshot(
            version: ModelVersion(1),
            scorer: scorer,
            offset: 0,
            retrievalThreshold: retrievalThreshold
        )
    }

    /// A snapshot whose model likes what is of the user's groups.
    func trained(items: Int = 40, retrievalThreshold: Int = .max) -> ModelSnapshot {
        snapshot(
            VectorTableScorer(items: items, width: 8, groups: groups),
            retrievalThreshold: retrievalThreshold
        )
    }
}

import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// Small made-up data sets with a seed.
public enum SyntheticData {
    /// A data set of histories given as item numbers, with times an hour apart.
    public static func dataset(_ histories: [[Int]], itemCount: Int? = nil, values: [[Float]] = []) -> Dataset {
        let count = itemCount ?? (histories.joined().max() ?? -1) + 1
        let items = histories.joined().map { ItemIndex($0) }
        return Dataset(
            users: IdentifierTable(histories.indices.map { "user \($0)" }),
            items: IdentifierTable((0..<count).map { "item \($0)" }),
            histories: Histories(
                offsets: histories.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) },
                items: items,
                times: items.indices.map { Timestamp(seconds: 1_700_000_000 + 3600 * Int64($0)) },
                values: Array(values.joined())
            )
        )
    }

    /// Users who like the items of their own group: each went through most of the group in its order, from a place of
    /// their own, and rates it 5; two items of other groups strayed in and are rated 1.
    ///
    /// An item's category is its group. User `u` and item `i` belong to the groups `u % groups` and `i % groups`. The next item of the group is held
    /// out for validation.
    public static func groups(users: Int = 60, items: Int = 24, groups: Int = 2, seed: UInt64 = 1) -> TrainingData {
        var random = RandomSource(seed: seed)
        let size = items / groups
        var histories: [[Int]] = []
        var values: [[Float]] = []
        var holdouts: [Holdout] = []
        for user in 0..<users {
            let group = user % groups
            let start = random.below(size)
            let seen = size * 2 / 3
            var history = (0..<seen).map { ((start + $0) % size) * groups + group }
            var ratings = [Float](repeating: 5, count: seen)
            for _ in 0..<2 where groups > 1 {
                let stray = random.below(size) * groups + (group + 1 + random.below(groups - 1)) % groups
                let place = random.below(history.count - 1)
                history.insert(stray, at: place)
                ratings.insert(1, at: place)
            }
            histories.append(history)
            values.append(ratings)
            holdouts.append(Holdout(user: UserIndex(user), item: ItemIndex(((start + seen) % size) * groups + group)))
        }
        var dataset = dataset(histories, itemCount: items, values: values)
        dataset.itemDetails = (0..<items).map { item in
            Item(id: "item \(item)", title: "thing \(item)", categories: ["group \(item % groups)"])
        }
        return TrainingData(dataset: dataset, validation: holdouts)
    }

    /// A data set whose items say something: a name, where they say nothing.
    public static func described(_ dataset: Dataset) -> Dataset {
        var described = dataset
        guard dataset.itemDetails.isEmpty else { return described }
        described.itemDetails = (0..<dataset.items.count).map { Item(id: "item \($0)", title: "thing \($0)") }
        return described
    }

    /// What is said of the items: the direction of an item's first category, and a little of its own.
    public static func content(of data: TrainingData, width: Int = 6) -> ItemContent {
        var random = RandomSource(seed: 17)
        let names = Set(data.dataset.itemDetails.flatMap(\.categories)).sorted()
        let vectors = (0..<data.itemCount).flatMap { item in
            let name = data.dataset.itemDetails.isEmpty ? nil : data.dataset.itemDetails[item].categories.first
            let axis = name.flatMap { names.firstIndex(of: $0) } ?? item
            return (0..<width).map { ($0 == axis % width ? 1 : 0) + 0.1 * random.normal() }
        }
        return ItemContent(encoder: "categories", width: width, vectors: vectors)
    }

    /// Histories of random items, popular ones more often, without a pattern.
    public static func noise(users: Int, items: Int, meanLength: Int, seed: UInt64 = 1) -> Dataset {
        var random = RandomSource(seed: seed)
        let histories = (0..<users).map { _ in
            (0..<(1 + random.below(2 * meanLength))).map { _ in
                min(random.below(items), random.below(items))
            }
        }
        return dataset(histories, itemCount: items)
    }
}

import FreshetCore

/// How alike two items are, for the diversity of a list.
public struct ItemLikeness: Sendable {
    private enum Source: Sendable {
        case labels([[Int32]])
        case vectors([Float], dimension: Int)
    }

    /// What the likeness is made from, in words.
    public let basis: String
    private let source: Source

    /// The likeness of sets of labels: the share that two items have in common (Jaccard).
    ///
    /// - Parameters:
    ///   - labels: the labels of each item, by ``ItemIndex``.
    ///   - basis: what they are, in words.
    public init(labels: [[String]], basis: String) {
        var numbers: [String: Int32] = [:]
        let sets = labels.map { words in
            Set(
                words.map { word in
                    if let number = numbers[word] { return number }
                    let number = Int32(numbers.count)
                    numbers[word] = number
                    return number
                }
            ).sorted()
        }
        source = .labels(sets)
        self.basis = basis
    }

    /// The likeness of vectors: their cosine.
    ///
    /// - Parameters:
    ///   - vectors: the vectors of all items, shape `[V, dimension]`.
    ///   - dimension: the length of one.
    ///   - basis: what they are, in words.
    public init(vectors: [Float], dimension: Int, basis: String = "the model's item vectors") {
        precondition(dimension > 0 && vectors.count % dimension == 0, "\(vectors.count) numbers of \(dimension)")
        var normalised = vectors
        for start in stride(from: 0, to: vectors.count, by: dimension) {
            let norm = vectors[start..<start + dimension].reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 0 else { continue }
            for place in start..<start + dimension { normalised[place] /= norm }
        }
        source = .vectors(normalised, dimension: dimension)
        self.basis = basis
    }

    /// The likeness of the categories and tags, or where no item has any of the words of the titles; `nil` without.
    public init?(of items: [Item]) {
        let labels = items.map { $0.categories + $0.tags }
        if labels.contains(where: { !$0.isEmpty }) {
            self.init(labels: labels, basis: "categories and tags")
            return
        }
        let words = items.map { item in
            (item.title ?? "").lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        }
        guard words.contains(where: { !$0.isEmpty }) else { return nil }
        self.init(labels: words, basis: "words of the titles")
    }

    /// How alike two items are, from 0 (from -1 for vectors) to 1, or `nil` when nothing is known of one of them.
    public func between(_ first: ItemIndex, _ second: ItemIndex) -> Double? {
        switch source {
        case .labels(let sets):
            guard first.position < sets.count, second.position < sets.count else { return nil }
            return Self.jaccard(sets[first.position], sets[second.position])
        case .vectors(let values, let dimension):
            let (left, right) = (first.position * dimension, second.position * dimension)
            guard max(left, right) + dimension <= values.count else { return nil }
            var sum: Float = 0
            for place in 0..<dimension { sum += values[left + place] * values[right + place] }
            return Double(sum)
        }
    }

    private static func jaccard(_ first: [Int32], _ second: [Int32]) -> Double? {
        guard !first.isEmpty, !second.isEmpty else { return nil }
        var (left, right, common) = (0, 0, 0)
        while left < first.count, right < second.count {
            if first[left] == second[right] {
                (left, right, common) = (left + 1, right + 1, common + 1)
            } else if first[left] < second[right] {
                left += 1
            } else {
                right += 1
            }
        }
        return Double(common) / Double(first.count + second.count - common)
    }
}

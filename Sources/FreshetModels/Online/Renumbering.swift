import FreshetCore
import FreshetData
import FreshetNN

/// Other numbers for items and event types: what a model that was trained on a data set needs to go on learning where they
/// are numbered otherwise.
public struct Renumbering: Sendable {
    /// The old number of each item; `nil` for one that the model does not know.
    public let items: [Int?]
    /// The same of the event types, two at least.
    public let types: [Int?]

    /// From the numbers of a data set to those of a living system, which knows some of its items.
    ///
    /// Items behind the last that both know are left out: a model counts them as unknown.
    public init(from dataset: Dataset, to vocabulary: Vocabulary) {
        let names = vocabulary.copy()
        let numbers = names.items.identifiers.map { dataset.items.position(of: $0) }
        items = Array(numbers[..<(numbers.lastIndex { $0 != nil }.map { $0 + 1 } ?? 0)])
        var types = names.eventTypes.map { dataset.eventTypes.firstIndex(of: $0) }
        // Types that are not named yet may come.
        while types.count < 2 { types.append(nil) }
        self.types = types
    }

    /// Renumbers by tables.
    init(items: [Int?], types: [Int?] = [0, nil]) {
        self.items = items
        self.types = types
    }

    /// How many items the model knows.
    public var knownItems: Int { items.count { $0 != nil } }
}

extension Checkpoint {
    /// Puts the rows of an array into another order; a row that is nobody's is the mean of all, which says nothing.
    /// - Throws: ``FreshetError`` of kind `invalidData` when there is no such array.
    mutating func renumberRows(of name: String, by numbers: [Int?]) throws {
        guard let array = arrays[name], array.shape.count == 2, array.shape[0] > 0 else {
            throw FreshetError(.invalidData, "The checkpoint has no table '\(name)'.")
        }
        let (count, width) = (array.shape[0], array.shape[1])
        let old = try self.numbers(name, of: Float.self, shape: [count, width])
        var mean = [Float](repeating: 0, count: width)
        for place in old.indices { mean[place % width] += old[place] / Float(count) }
        var rows: [Float] = []
        rows.reserveCapacity(numbers.count * width)
        for number in numbers {
            if let number {
                guard number < count else {
                    throw FreshetError(.invalidData, "The table '\(name)' has \(count) rows, not \(number + 1).")
                }
                rows += old[number * width..<(number + 1) * width]
            } else {
                rows += mean
            }
        }
        arrays[name] = StoredArray(rows, shape: [numbers.count, width])
    }
}

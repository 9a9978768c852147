import Foundation
import FreshetCore

/// What the values of one column of a table become: features, of which a row has those of its value.
///
/// Every column has two features beside those of its values: one that rare values and those never seen share, and one of
/// rows where it is missing. Values that came once when it was learned are rare, so that what stands for the unseen is learned.
public struct FeatureColumn: Sendable, Equatable, Codable {
    /// What its values are.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Each text is a feature.
        case categories
        /// Each number is a feature, however it is written.
        case numbers
        /// Several texts between bars, each a feature; their values add up to 1.
        case list
        /// Numbers, of which equally many fall into each of some ranges; each range is a feature.
        case ranges
    }

    /// Why a column tells nothing.
    public enum Fault: String, Error, Sendable, Codable {
        case nameless = "it has no name"
        case missing = "it is always missing"
        case constant = "it is the same in every row"
        case unique = "each value of it comes once"
        case wordy = "none of its values is a number"
    }

    /// What parts the texts of a list.
    public static let separator: Character = "|"
    /// Up to how many different numbers each is a feature.
    static let fewNumbers = 64
    /// How often whole numbers come on average from where on each is a feature, however many there are.
    static let oftenEnough = 16
    /// The most ranges of a column.
    static let mostRanges = 32
    /// The features that every column has, before those of its values.
    private static let (rare, missing, first) = (Int32(0), Int32(1), Int32(2))

    /// The column's name.
    public let name: String
    /// What its values are.
    public let kind: Kind
    /// The values that have a feature of their own, those of the most rows first; none for ranges.
    public let values: [String]
    /// The highest number of each range but the last, ascending.
    public let bounds: [Double]
    /// Whether it was missing in a row; otherwise a row without it has no feature of the column.
    public let canBeMissing: Bool

    /// How many features it has.
    public var featureCount: Int { Int(Self.first) + (kind == .ranges ? bounds.count + 1 : values.count) }

    /// Learns what the values of a column become.
    ///
    /// Numbers are features each where they are few or, as whole numbers, come often, or where the column names users, items or
    /// sessions; other numbers become ranges. Texts with a bar are lists, unless they name such.
    ///
    /// - Parameters:
    ///   - column: the column.
    ///   - kind: what its values are, where it is known.
    /// - Throws: why it tells nothing.
    public init(learning column: CodedTable.Column, as kind: Kind? = nil) throws(Fault) {
        let counts = column.counts
        let present = counts.reduce(0, +)
        let used = counts.indices.filter { counts[$0] > 0 }
        guard !column.name.isEmpty else { throw .nameless }
        guard present > 0 else { throw .missing }
        guard used.count > 1 || present < column.codes.count else { throw .constant }
        let kind = kind ?? Self.kind(of: column, counts)
        name = column.name
        self.kind = kind
        canBeMissing = present < column.codes.count
        if kind == .ranges {
            values = []
            bounds = Self.bounds(used.map { (Self.number(column.texts[$0]), counts[$0]) })
            guard used.contains(where: { Self.number(column.texts[$0]) != nil }) else { throw .wordy }
        } else {
            bounds = []
            values = Self.frequent(used.map { (Self.parts(of: column.texts[$0], kind), counts[$0]) })
            guard !values.isEmpty else { throw .unique }
        }
    }

    /// The features of texts, by their place, and those of a missing one last.
    func features(of texts: some Collection<String>) -> [[(feature: Int32, value: Float)]] {
        let places = Dictionary(zip(values, Self.first...), uniquingKeysWith: { first, _ in first })
        var features: [[(feature: Int32, value: Float)]] = texts.map {
            kind == .ranges ? [range(of: $0)] : shares(of: $0, places)
        }
        let missing: (feature: Int32, value: Float) = (Self.missing, 1)
        features.append(canBeMissing ? [missing] : [])
        return features
    }

    /// The range that a number falls into.
    private func range(of text: String) -> (feature: Int32, value: Float) {
        guard let number = Self.number(text) else { return (Self.rare, 1) }
        return (Self.first + Int32(bounds.partitioningIndex { $0 >= number }), 1)
    }

    /// The features of a text's parts, rare ones together, each with its share of the row.
    private func shares(of text: String, _ places: [String: Int32]) -> [(feature: Int32, value: Float)] {
        let parts = Self.parts(of: text, kind)
        let share = 1 / Float(parts.count)
        var features = parts.compactMap { places[$0] }.map { (feature: $0, value: share) }
        let others = parts.count - features.count
        if others > 0 { features.insert((Self.rare, share * Float(others)), at: 0) }
        return features
    }

    /// Whether a text has features of its own.
    func knows(_ text: String) -> Bool {
        kind == .ranges ? Self.number(text) != nil : Self.parts(of: text, kind).allSatisfy(values.contains)
    }

    // MARK: Learning

    private static func kind(of column: CodedTable.Column, _ counts: [Int]) -> Kind {
        let used = counts.indices.filter { counts[$0] > 0 }
        let numbers = used.compactMap { number(column.texts[$0]) }
        let (usual, name) = (TableColumns.usual, TableHeader.key(column.name))
        let isOfIDs = (usual.user + usual.item + usual.session).contains { TableHeader.key($0) == name }
        guard numbers.count == used.count else {
            return !isOfIDs && used.contains { column.texts[$0].contains(separator) } ? .list : .categories
        }
        let different = Set(numbers).count
        let isOften = numbers.allSatisfy { $0 == $0.rounded() } && counts.reduce(0, +) >= oftenEnough * different
        return isOfIDs || isOften || different <= fewNumbers ? .numbers : .ranges
    }

    /// The parts of a text that are features, in the one way in which each is written.
    private static func parts(of text: String, _ kind: Kind) -> [String] {
        switch kind {
        case .categories, .ranges: [text]
        case .numbers: [written(text)]
        case .list:
            Set(text.split(separator: separator).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty })
                .sorted()
        }
    }

    /// The parts that more than one row has, those of the most rows first, ties in their order.
    private static func frequent(_ texts: [(parts: [String], count: Int)]) -> [String] {
        var counts: [String: Int] = [:]
        for (parts, count) in texts { for part in parts { counts[part, default: 0] += count } }
        return counts.filter { $0.value > 1 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }

    /// The highest numbers of ranges with equally many rows each, as far as equal numbers allow.
    private static func bounds(_ numbers: [(value: Double?, count: Int)]) -> [Double] {
        let sorted = numbers.compactMap { number in number.value.map { (value: $0, count: number.count) } }
            .sorted { $0.value < $1.value }
        let total = sorted.reduce(0) { $0 + $1.count }
        var bounds: [Double] = []
        var (seen, next) = (0, 1)
        for number in sorted.dropLast() {
            seen += number.count
            guard seen * mostRanges >= next * total else { continue }
            bounds.append(number.value)
            next = seen * mostRanges / total + 1
        }
        return bounds
    }

    private static func number(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { NumberText.double($0) }
    }

    /// `3` for 3.0: what had no gap writes whole numbers so, what has one often does not.
    ///
    /// What is a name rather than a number stays as it is: one of more digits than a number keeps, or with leading zeros.
    private static func written(_ text: String) -> String {
        let digits = text.utf8.filter { 0x30...0x39 ~= $0 }
        let isName = digits.count > 15 || text.hasPrefix("0") && text.dropFirst().first?.isNumber == true
        guard !isName, let number = number(text) else { return text }
        return Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}

extension Array {
    /// The place of the first element that a condition holds of, which holds of all behind it.
    fileprivate func partitioningIndex(where holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

import Synchronization

/// What the fused score of a candidate is linear in: the terms, each a row that somebody fills or a product of two rows.
///
/// The first rows are those of ``CandidateFeature``, which the counts and a trained model fill, and products of them.
/// Behind come the rows and products of every ``CandidateEvidence``, so weights without it are the first part of weights
/// with it, and are taken over by name.
///
/// A sum of logarithms alone cannot say that an item that follows the newest one counts double when it is the user's
/// own, nor that evidence counts for more where there is much of it. The products are of rows brought to a common
/// scale by fixed numbers; which ones earn their place was read off the first fifth of MovieTweetings and Online Retail.
public final class FeatureTable: Sendable {
    /// A row on the common scale of products.
    private struct ScaledRow: Sendable {
        var term: Int
        var center: Float
        var factor: Float

        @inline(__always)
        func scaled(_ vector: UnsafePointer<Float>) -> Float { (vector[term] - center) * factor }
    }

    private struct Product: Sendable {
        var term: Int
        var left: ScaledRow
        var right: ScaledRow
    }

    /// The table of the counts and a trained model alone.
    public static let counts = FeatureTable(groups: [])

    /// The names of the terms in their order.
    public let names: [String]
    /// The length of a vector of terms, filled up with zeros to whole registers of eight.
    let blocks: Int
    let stride: Int
    /// The weights that a system starts with, as far as a row says so itself: with a history, and without.
    let starts: [Float]
    let firstStarts: [Float]
    /// The terms that what a trained model says is part of.
    let ofModel: [Int]
    /// Where the rows of each group begin: of those of ``CandidateFeature``, then of each evidence.
    let firstTerms: [Int]
    private let products: [Product]

    /// By the names of each group: who has no rows is a group as well.
    private static let known = Mutex<[[[String]]: FeatureTable]>([:])

    /// The table with the rows of further evidence.
    ///
    /// - Parameter evidence: who fills rows beside the counts and a trained model.
    /// - Returns: the same object whenever it is the same evidence, so that weights need not be fitted to it again.
    public static func extended(by evidence: [any CandidateEvidence]) -> FeatureTable {
        guard !evidence.isEmpty else { return .counts }
        let names = evidence.map { $0.rows.map(\.name) + $0.products.map(\.name) }
        return known.withLock { known in
            if let known = known[names] { return known }
            let table = FeatureTable(groups: evidence.map { ($0.rows, $0.products) })
            known[names] = table
            return table
        }
    }

    /// A table with terms of which nothing but the names is known: that of weights whose evidence is not here.
    convenience init(names: some Sequence<String>) {
        let known = Set(Self.counts.names)
        self.init(groups: [(names.filter { !known.contains($0) }.map { FeatureRow($0) }, [])])
    }

    /// A table of these names only, in this order, to read arrays by.
    convenience init(alone names: [String]) { self.init(of: [(names.map { FeatureRow($0) }, [])]) }

    private convenience init(groups: [(rows: [FeatureRow], products: [FeatureProduct])]) {
        self.init(of: [(CandidateFeature.allCases.map(\.row), CandidateFeature.products)] + groups)
    }

    private init(of groups: [(rows: [FeatureRow], products: [FeatureProduct])]) {
        var (names, rows): ([String], [String: ScaledRow]) = ([], [:])
        var (starts, firstStarts): ([Float], [Float]) = ([], [])
        var (ofModel, firstTerms): ([Int], [Int]) = ([], [])
        var products: [Product] = []
        func add(_ name: String, starts start: Float, _ firstStart: Float, isOfModel: Bool) {
            precondition(!names.contains(name), "two features are called \(name)")
            if isOfModel { ofModel.append(names.count) }
            names.append(name)
            starts.append(start)
            firstStarts.append(firstStart)
        }
        for group in groups {
            firstTerms.append(names.count)
            for row in group.rows {
                rows[row.name] = ScaledRow(term: names.count, center: row.center, factor: row.factor)
                add(row.name, starts: row.start, row.firstStart, isOfModel: row.isOfModel)
            }
            for pair in group.products {
                guard let left = rows[pair.left], let right = rows[pair.right] else {
                    preconditionFailure("a product of features that the table does not have: \(pair.name)")
                }
                products.append(Product(term: names.count, left: left, right: right))
                add(pair.name, starts: 0, 0, isOfModel: ofModel.contains(left.term) || ofModel.contains(right.term))
            }
        }
        (self.names, self.products, self.ofModel) = (names, products, ofModel)
        blocks = (names.count + 7) / 8
        stride = 8 * blocks
        let filling = Array(repeating: Float(0), count: stride - names.count)
        (self.starts, self.firstStarts) = (starts + filling, firstStarts + filling)
        self.firstTerms = firstTerms
    }

    /// Writes the products behind the rows that they are of.
    func writeProducts(_ values: UnsafeMutablePointer<Float>, count: Int) {
        products.withUnsafeBufferPointer { products in
            for index in 0..<count {
                let vector = values + index * stride
                for product in products {
                    vector[product.term] = product.left.scaled(vector) * product.right.scaled(vector)
                }
            }
        }
    }
}

extension FeatureTable {
    /// For each term of this table its place in another one, or −1.
    func places(in other: FeatureTable) -> [Int] {
        let places = Dictionary(uniqueKeysWithValues: zip(other.names, 0...))
        return names.map { places[$0] ?? -1 }
    }
}

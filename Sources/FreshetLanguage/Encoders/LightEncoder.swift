import CFreshetKernels
import Foundation
import FreshetCore
import FreshetNN
import FreshetTensor

/// An encoder that needs no pretrained weights: hashed words and parts of words, weighed by TF-IDF, brought to a few numbers
/// by a truncated singular value decomposition of the catalogue (latent semantic analysis: Deerwester and others, 1990).
///
/// The decomposition is found by subspace iteration from a random start (Halko, Martinsson and Tropp, 2011), so a seed
/// decides it. It reads every script, and emoji.
public struct LightEncoder: ItemEncoder {
    /// The settings of a light encoder.
    public struct Configuration: Sendable, Equatable, Codable {
        /// The numbers of a vector.
        public var width = 192
        /// How many features are kept at most, those of the most texts first.
        public var maximumFeatures = 40_000
        /// A feature in a larger share of the texts is left out, since it tells nothing.
        public var maximumShare = 0.3
        /// The seed of the decomposition.
        public var seed: UInt64 = 1

        /// Creates the defaults.
        public init() {}
    }

    /// How often the subspace is brought nearer.
    private static let iterations = 3
    /// How many axes more than wanted are followed.
    private static let oversampling = 16

    /// What its vectors are called by.
    public let name: String
    /// The numbers of a vector.
    public let width: Int
    /// The column of each feature that is kept.
    let columns: [UInt64: Int32]
    /// How rare each is.
    let weights: [Float]
    /// The axes, shape `[features, width]`.
    let axes: [Float]

    init(name: String, width: Int, columns: [UInt64: Int32], weights: [Float], axes: [Float]) {
        (self.name, self.width, self.columns, self.weights, self.axes) = (name, width, columns, weights, axes)
    }

    /// Learns the features and the axes from the texts of a catalogue.
    public init(learning texts: [String], configuration: Configuration = Configuration(), on pool: ThreadPool) {
        let features = TextFeatures()
        var counts: [UInt64: Int32] = [:]
        for text in texts {
            var seen: Set<UInt64> = []
            features.forEach(in: text) { hash, _ in seen.insert(hash) }
            for hash in seen { counts[hash, default: 0] += 1 }
        }
        // A feature of one text makes no two alike; in a catalogue of a handful there may be no others.
        let least: Int32 = texts.count < 50 ? 1 : 2
        let most = Int32(max(1, configuration.maximumShare * Double(texts.count)))
        let kept = counts.filter { $0.value >= least && (texts.count < 20 || $0.value <= most) }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(configuration.maximumFeatures)
        columns = Dictionary(uniqueKeysWithValues: zip(kept.map(\.key), 0...))
        weights = kept.map { Float(log(Double(1 + texts.count) / Double(1 + $0.value)) + 1) }
        width = configuration.width
        name = "light-\(configuration.width)-\(configuration.seed)"
        let rows = Self.rows(of: texts, columns, weights)
        axes = Self.axes(of: rows, configuration, pool)
    }

    /// The vectors of texts, each with length 1; a text that shares no feature with the catalogue has zeros.
    public func vectors(of texts: [String], on pool: ThreadPool) -> [Float] {
        let rows = Self.rows(of: texts, columns, weights)
        var vectors = Product.of(rows, DenseMatrix(axes, rows: rows.columnCount, columns: width), on: pool).numbers
        for row in texts.indices {
            let range = row * width..<(row + 1) * width
            let length = vectors[range].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            guard length > 0 else { continue }
            for place in range { vectors[place] = Float(Double(vectors[place]) / length) }
        }
        return vectors
    }

    /// TF-IDF rows of length 1, a count entering by its logarithm.
    private static func rows(of texts: [String], _ columns: [UInt64: Int32], _ weights: [Float]) -> FeatureRows {
        var rows = FeatureRows(columnCount: max(columns.count, 1))
        let features = TextFeatures()
        for text in texts {
            var sums: [Int32: (count: Float, weight: Float)] = [:]
            features.forEach(in: text) { hash, weight in
                guard let column = columns[hash] else { return }
                sums[column, default: (0, weight)].count += 1
            }
            rows.append(
                sums.map { (Int($0.key), (1 + logarithm($0.value.count)) * $0.value.weight * weights[Int($0.key)]) }
            )
        }
        rows.normalizeRows()
        return rows
    }

    /// The axes of the largest singular values, shape `[features, width]`.
    private static func axes(of rows: FeatureRows, _ configuration: Configuration, _ pool: ThreadPool) -> [Float] {
        let k = min(configuration.width + oversampling, rows.columnCount)
        var random = RandomSource.stream(seed: configuration.seed, 7)
        let transposed = rows.transposed()
        let start = (0..<rows.columnCount * k).map { _ in random.normal() }
        var basis = DenseMatrix(start, rows: rows.columnCount, columns: k)
        for _ in 0..<iterations {
            let image = Product.of(rows, basis.withOrthonormalColumns(), on: pool)
            basis = Product.of(transposed, image, on: pool)
        }
        basis = basis.withOrthonormalColumns()
        let image = Product.of(rows, basis, on: pool)
        // The axes of the image turn the basis into singular vectors, the largest first.
        var turn = Array(PrincipalAxes(of: image.columnProducts()).vectors.prefix(min(configuration.width, k) * k))
        turn += [Float](repeating: 0, count: configuration.width * k - turn.count)
        return basis.rowProducts(with: DenseMatrix(turn, rows: configuration.width, columns: k)).numbers
    }
}

extension FeatureRows {
    /// The matrix with rows and columns exchanged.
    func transposed() -> FeatureRows {
        var offsets = [Int](repeating: 0, count: columnCount + 1)
        for column in columns { offsets[Int(column) + 1] += 1 }
        for column in 0..<columnCount { offsets[column + 1] += offsets[column] }
        var next = offsets
        var newColumns = [Int32](repeating: 0, count: columns.count)
        var newValues = [Float](repeating: 0, count: columns.count)
        for row in 0..<rowCount {
            for entry in self.offsets[row]..<self.offsets[row + 1] {
                let place = next[Int(columns[entry])]
                next[Int(columns[entry])] += 1
                newColumns[place] = Int32(row)
                newValues[place] = values[entry]
            }
        }
        return FeatureRows(columnCount: rowCount, offsets: offsets, columns: newColumns, values: newValues)
    }
}

/// Products of sparse rows and a dense matrix.
private enum Product {
    static func of(_ rows: FeatureRows, _ matrix: DenseMatrix, on pool: ThreadPool) -> DenseMatrix {
        let width = matrix.columns
        var result = [Float](repeating: 0, count: rows.rowCount * width)
        result.withUnsafeMutableBufferPointer { target in
            guard let target = target.baseAddress else { return }
            let out = RowTarget(target)
            matrix.numbers.withUnsafeBufferPointer { matrix in
                pool.forEachRange(rows.rowCount, grain: 256) { range, _ in
                    for row in range {
                        for entry in rows.offsets[row]..<rows.offsets[row + 1] {
                            let source = matrix.baseAddress! + Int(rows.columns[entry]) * width
                            freshet_axpy(out.pointer + row * width, source, rows.values[entry], width)
                        }
                    }
                }
            }
        }
        return DenseMatrix(result, rows: rows.rowCount, columns: width)
    }

    /// `@unchecked Sendable`: every row is written by one thread only.
    private struct RowTarget: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<Float>
        init(_ pointer: UnsafeMutablePointer<Float>) { self.pointer = pointer }
    }
}

extension DenseMatrix {
    /// The matrix with columns of length 1 that are orthogonal to each other, found through the axes of their products;
    /// directions in which the columns do not reach become zero.
    fileprivate func withOrthonormalColumns() -> DenseMatrix {
        let axes = PrincipalAxes(of: columnProducts())
        let least = (axes.values.first ?? 0) * 1e-6
        var turn = axes.vectors
        for axis in 0..<columns {
            let factor = axes.values[axis] > least ? 1 / axes.values[axis].squareRoot() : 0
            for place in axis * columns..<(axis + 1) * columns { turn[place] *= factor }
        }
        return rowProducts(with: DenseMatrix(turn, rows: columns, columns: columns))
    }
}

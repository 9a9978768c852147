import CFreshetKernels
import FreshetCore
import FreshetLanguage
import FreshetNN
import FreshetTensor

/// Brings an encoder's vectors into a few dimensions in which directions count alike: centred, turned to their main axes,
/// divided by a power of the spread along each, and given length 1.
///
/// The vectors of a language model lie in a narrow cone, their cosines all near .8; what tells items apart is in the
/// smaller directions (Zhang and others, "Are ID embeddings necessary? Whitening pre-trained text embeddings", ICDE 2024).
/// Dividing by all of the spread makes noise as large as sense, by none leaves the cone: half of it is between.
public struct ContentProjection: Sendable {
    /// The numbers of a vector that comes out.
    public let width: Int
    /// What is taken off, as long as a vector that goes in.
    private let mean: [Float]
    /// The axes, each by its factor, shape `[width, mean.count]`.
    private let turn: [Float]

    /// Finds the axes of content.
    ///
    /// - Parameters:
    ///   - content: the vectors of the encoder.
    ///   - width: the numbers of a vector; dimensions that the content lacks are zero.
    ///   - power: how much of the standard deviation along each axis is divided out, 0 to 1.
    ///   - isFitted: which items the centre and the axes are taken from: those that anybody chose.
    public init(of content: ItemContent, width: Int, power: Double = 0.5, isFitted: (Int) -> Bool = { _ in true }) {
        let D = content.width
        var chosen = (0..<content.itemCount).filter { isFitted($0) && content.isKnown($0) }
        if chosen.count < 2 { chosen = (0..<content.itemCount).filter(content.isKnown) }
        mean = Self.mean(of: content, chosen)
        let sample = Self.centred(content, chosen, mean)
        let covariance = DenseMatrix(sample, rows: chosen.count, columns: D)
            .columnProducts(factor: 1 / Float(max(chosen.count, 1)))
        let axes = PrincipalAxes(of: covariance)
        // A floor under the spread: an axis of nothing but rounding must not become as long as the others.
        let floor = (axes.values.first ?? 0) * 1e-4
        var turn = [Float](repeating: 0, count: width * D)
        for axis in 0..<min(width, D) where axes.values[axis] > 0 {
            let factor = exponential(-0.5 * Float(power) * logarithm(axes.values[axis] + floor))
            for column in 0..<D { turn[axis * D + column] = factor * axes.vectors[axis * D + column] }
        }
        self.turn = turn
        self.width = width
    }

    /// The vectors of content, one after another; an item of which nothing is known has zeros.
    public func vectors(of content: ItemContent) -> [Float] {
        precondition(content.width == mean.count, "vectors of \(content.width) numbers for \(mean.count)")
        let items = (0..<content.itemCount).map { content.isKnown($0) ? $0 : nil }
        let centred = Self.centred(content, items, mean)
        var vectors = DenseMatrix(centred, rows: content.itemCount, columns: mean.count)
            .rowProducts(with: DenseMatrix(turn, rows: width, columns: mean.count)).numbers
        vectors.withUnsafeMutableBufferPointer { Self.normalize($0, width) }
        return vectors
    }

    private static func mean(of content: ItemContent, _ items: [Int]) -> [Float] {
        var sums = [Double](repeating: 0, count: content.width)
        for item in items {
            for column in 0..<content.width { sums[column] += Double(content.vectors[item * content.width + column]) }
        }
        return sums.map { Float($0 / Double(max(items.count, 1))) }
    }

    /// Rows less the mean; a row of nothing stays zero.
    private static func centred(_ content: ItemContent, _ items: [Int?], _ mean: [Float]) -> [Float] {
        let D = content.width
        var rows = [Float](repeating: 0, count: items.count * D)
        for (row, item) in items.enumerated() {
            guard let item else { continue }
            for column in 0..<D { rows[row * D + column] = content.vectors[item * D + column] - mean[column] }
        }
        return rows
    }

    private static func normalize(_ vectors: UnsafeMutableBufferPointer<Float>, _ width: Int) {
        guard let first = vectors.baseAddress else { return }
        for start in stride(from: 0, to: vectors.count, by: width) {
            let length = freshet_sum_of_squares(first + start, width).squareRoot()
            if length > 0 { freshet_scale(first + start, Float(1 / length), width) }
        }
    }
}

extension ContentProjection {
    /// The axes as named arrays.
    public func arrays() -> [String: StoredArray] {
        ["mean": StoredArray(mean), "turn": StoredArray(turn, shape: [width, mean.count])]
    }

    /// Axes from named arrays.
    /// - Throws: ``FreshetError`` of kind `invalidData` when they are missing or do not fit each other.
    public init(from checkpoint: Checkpoint) throws {
        mean = try checkpoint.finiteNumbers("mean", shape: [nil])
        turn = try checkpoint.finiteNumbers("turn", shape: [nil, mean.count])
        guard !mean.isEmpty, !turn.isEmpty else {
            throw FreshetError(.invalidData, "The checkpoint does not hold the axes of a space.")
        }
        width = turn.count / mean.count
    }
}

import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetTensor

/// Content vectors brought into a few dimensions in which directions count alike: centred, turned to their main axes,
/// divided by a power of the spread along each, and given length 1.
///
/// The vectors of a language model lie in a narrow cone, their cosines all near .8; what tells items apart is in the
/// smaller directions (Zhang and others, "Are ID embeddings necessary? Whitening pre-trained text embeddings", ICDE 2024).
/// Dividing by all of the spread makes noise as large as sense, by none leaves the cone: half of it is between.
struct ContentSpace: Sendable {
    /// The vectors, shape `[V, width]`; an item of which nothing is known has zeros.
    let vectors: [Float]
    /// The numbers of a vector.
    let width: Int

    /// Turns content into a space.
    ///
    /// - Parameters:
    ///   - content: the vectors of the encoder.
    ///   - width: the numbers of a vector; dimensions that the content lacks are zero.
    ///   - power: how much of the standard deviation along each axis is divided out, 0 to 1.
    ///   - isFitted: which items the centre and the axes are taken from: those that anybody chose.
    init(_ content: ItemContent, width: Int, power: Double, isFitted: (Int) -> Bool) {
        let D = content.width
        var chosen = (0..<content.itemCount).filter { isFitted($0) && content.isKnown($0) }
        if chosen.count < 2 { chosen = (0..<content.itemCount).filter(content.isKnown) }
        let mean = Self.mean(content, chosen)
        let centred = Self.centred(content, (0..<content.itemCount).map { content.isKnown($0) ? $0 : nil }, mean)
        let sample = Self.centred(content, chosen.map { $0 }, mean)
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
        var vectors = DenseMatrix(centred, rows: content.itemCount, columns: D)
            .rowProducts(with: DenseMatrix(turn, rows: width, columns: D)).numbers
        vectors.withUnsafeMutableBufferPointer { Self.normalize($0, width) }
        self.vectors = vectors
        self.width = width
    }

    private static func mean(_ content: ItemContent, _ items: [Int]) -> [Float] {
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

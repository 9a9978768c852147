import FreshetCore
import FreshetTensor

/// How good a classifier is on texts whose classes are known.
public struct ClassificationReport: Sendable, Equatable, Codable {
    /// The figures of one class.
    public struct ClassFigures: Sendable, Equatable, Codable {
        /// Its name.
        public let name: String
        /// How many texts are of it.
        public let support: Int
        /// The share of those that were said to be of it that are; 0 where nothing was said to be of it.
        public let precision: Double
        /// The share of those that are of it that were found; 0 where none is.
        public let recall: Double
        /// The harmonic mean of both.
        public let f1: Double
    }

    /// How many texts there are.
    public let count: Int
    /// The share that was told right.
    public let accuracy: Double
    /// The mean F1 of the classes that occur or were said to.
    public let macroF1: Double
    /// The mean of `-log` of the probability of the right class.
    public let logLoss: Double
    /// How far probabilities are from what they promise.
    public let calibration: Calibration
    /// The classes, in the order of the confusion's rows.
    public let classes: [ClassFigures]
    /// How many texts of the row's class were said to be of the column's.
    public let confusion: [[Int]]

    /// Measures predictions.
    ///
    /// - Parameters:
    ///   - names: the `K` classes.
    ///   - labels: the right class of each of `N` texts.
    ///   - probabilities: shape `[N, K]`; the most probable class is what is said.
    public init(classes names: [String], labels: [Int], probabilities: [Float]) {
        let K = names.count
        precondition(probabilities.count == labels.count * K, "\(probabilities.count) probabilities")
        var confusion = [[Int]](repeating: [Int](repeating: 0, count: K), count: K)
        var confidences: [(probability: Double, isRight: Bool)] = []
        var logLoss = 0.0
        for (row, label) in labels.enumerated() {
            let own = probabilities[row * K..<(row + 1) * K]
            let said = (own.indices.max { (own[$0], $1) < (own[$1], $0) } ?? row * K) - row * K
            confusion[label][said] += 1
            confidences.append((Double(own[row * K + said]), said == label))
            logLoss -= Self.logarithm(of: own[row * K + label])
        }
        let figures = names.indices.map { k in
            let (right, support) = (confusion[k][k], confusion[k].reduce(0, +))
            let said = confusion.reduce(0) { $0 + $1[k] }
            return BinaryFigures(right: right, said: said, support: support)
        }
        count = labels.count
        accuracy = Double(names.indices.reduce(0) { $0 + confusion[$1][$1] }) / Double(max(labels.count, 1))
        let present = figures.filter { $0.support + $0.said > 0 }
        macroF1 = present.reduce(0) { $0 + $1.f1 } / Double(max(present.count, 1))
        self.logLoss = logLoss / Double(max(labels.count, 1))
        calibration = Calibration(confidences)
        classes = zip(names, figures).map {
            ClassFigures(name: $0, support: $1.support, precision: $1.precision, recall: $1.recall, f1: $1.f1)
        }
        self.confusion = confusion
    }

    /// The pairs of classes that are mixed up most often: the right one, the one that was said, and how often.
    public func mistakes(_ count: Int) -> [(right: String, said: String, count: Int)] {
        let all = confusion.enumerated().flatMap { row, counts in
            counts.enumerated().compactMap { column, count in
                row != column && count > 0 ? (right: row, said: column, count: count) : nil
            }
        }
        return all.sorted { ($1.count, $0.right, $0.said) < ($0.count, $1.right, $1.said) }.prefix(count)
            .map { (classes[$0.right].name, classes[$0.said].name, $0.count) }
    }

    /// A probability of zero costs as much as the smallest number above it.
    private static func logarithm(of probability: Float) -> Double {
        logarithm64(Double(max(probability, .leastNormalMagnitude)))
    }
}

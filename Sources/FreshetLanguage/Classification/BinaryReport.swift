/// How good probabilities of a yes are, where it is known what came.
public struct BinaryReport: Sendable, Equatable, Codable {
    /// How many predictions there are.
    public let count: Int
    /// The chance that a yes has a higher probability than a no (the area under the ROC curve); ties count half; 0.5 where
    /// there is only one of both.
    public let auc: Double
    /// The share told right, where a probability of one half and more says yes.
    public let accuracy: Double
    /// Precision, recall and F1 of the yes.
    public let figures: BinaryFigures
    /// How far probabilities of a yes are from how often it came.
    public let calibration: Calibration

    /// Measures predictions.
    /// - Parameter predictions: the probability of a yes, and whether it came.
    public init(_ predictions: [(probability: Double, isRight: Bool)]) {
        let said = predictions.filter { $0.probability >= 0.5 }
        let right = said.count { $0.isRight }
        let support = predictions.count { $0.isRight }
        count = predictions.count
        figures = BinaryFigures(right: right, said: said.count, support: support)
        let wrong = said.count - right + support - right
        accuracy = predictions.isEmpty ? 0 : Double(count - wrong) / Double(count)
        calibration = Calibration(predictions)
        auc = Self.area(predictions, positives: support)
    }

    /// From the mean rank of the positives (Mann and Whitney, 1947), ranks of equals shared.
    private static func area(_ predictions: [(probability: Double, isRight: Bool)], positives: Int) -> Double {
        let negatives = predictions.count - positives
        guard positives > 0, negatives > 0 else { return 0.5 }
        let sorted = predictions.sorted { $0.probability < $1.probability }
        var (sum, start) = (0.0, 0)
        while start < sorted.count {
            var end = start
            while end < sorted.count, sorted[end].probability == sorted[start].probability { end += 1 }
            let shared = Double(start + 1 + end) / 2
            sum += shared * Double(sorted[start..<end].count { $0.isRight })
            start = end
        }
        return (sum - Double(positives) * Double(positives + 1) / 2) / (Double(positives) * Double(negatives))
    }
}

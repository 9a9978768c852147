import Foundation
import FreshetData
import FreshetLanguage

/// How good the foretold chances of rows are.
public struct LabelledReport: Sendable, Equatable, Codable {
    /// How many rows there are.
    public let rows: Int
    /// The chance that a yes stands above a no (the area under the ROC curve); 0.5 where there is only one of both.
    public let auc: Double
    /// The mean of the negative logarithm of the chance of what came.
    public let logLoss: Double
    /// The share told right, where a chance of one half and more says yes.
    public let accuracy: Double
    /// How far the chances are from how often a yes came, in ten bins.
    public let calibrationError: Double

    /// Measures what was learned on rows.
    public init(of weights: FactorizationWeights, on rows: LabelledRows) {
        let outputs = weights.outputs(of: rows)
        let report = BinaryReport(
            zip(outputs, rows.labels).map { (probability: 1 / (1 + exp(-Double($0))), isRight: $1 == 1) }
        )
        let loss = zip(outputs, rows.labels).reduce(0) { $0 + FactorizationWeights.loss($1.0, $1.1) }
        self.rows = rows.count
        (auc, accuracy, calibrationError) = (report.auc, report.accuracy, report.calibration.error)
        logLoss = loss / Double(max(rows.count, 1))
    }
}

import FreshetCore
import FreshetData
import FreshetModels

extension Evaluate {
    /// Measures a factorization machine on rows of features.
    /// - Throws: ``FreshetError`` when the snapshot holds another model, or a row something that it does not know.
    func evaluateRows(_ console: Console) throws {
        let weights = try FactorizationSnapshot.read(from: snapshot ?? "").weights
        let rows = try LabelledRows.readLibFM(truth ?? "", featureCount: weights.featureCount)
        try weights.check(rows)
        let report = LabelledReport(of: weights, on: rows)
        try console.result(report) {
            """
            \(Words.count(report.rows)) rows: AUC \(Words.decimal(report.auc, 4)), log loss \
            \(Words.decimal(report.logLoss, 4)), accuracy \(Words.decimal(report.accuracy, 4)), calibration error \
            \(Words.decimal(report.calibrationError, 4))
            """
        }
    }
}

import FreshetCore
import FreshetData
import FreshetModels

extension Evaluate {
    /// Measures a factorization machine on rows of features.
    /// - Throws: ``FreshetError`` when the snapshot holds another model, or a row something that it does not know.
    func evaluateRows(_ console: Console, as format: LabelledRows.Format) throws {
        let snapshot = try FactorizationSnapshot.read(from: snapshot ?? "")
        let rows = try snapshot.rows(
            of: truth ?? "",
            format,
            fixing: Assignment.dictionary(fixed, option: "fix"),
            options: reading.form.importOptions
        )
        let report = LabelledReport(of: snapshot.weights, on: rows)
        try console.result(report) {
            """
            \(Words.count(report.rows)) rows: AUC \(Words.decimal(report.auc, 4)), log loss \
            \(Words.decimal(report.logLoss, 4)), accuracy \(Words.decimal(report.accuracy, 4)), calibration error \
            \(Words.decimal(report.calibrationError, 4))
            """
        }
    }
}

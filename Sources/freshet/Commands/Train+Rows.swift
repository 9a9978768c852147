import Foundation
import FreshetCore
import FreshetData
import FreshetModels

extension Train {
    /// Trains a factorization machine on rows of features.
    /// - Throws: ``FreshetError`` when the options do not fit, a row is malformed, or when stopped.
    func trainOnRows(_ console: Console) throws {
        try checkRowOptions()
        try output.check()
        let folder = TrainingFolder(output.path)
        try folder.prepare()
        let rows = try LabelledRows.readLibFM(dataOptions.data)
        let validation = try validation.map { try LabelledRows.readLibFM($0, featureCount: rows.featureCount) }
        console.note(
            "\(dataOptions.data) (\(LabelledRows.format)): \(Words.count(rows.count)) rows of \(Words.count(rows.featureCount)) "
                + "features, \(Words.count(rows.labels.count { $0 == 1 })) of them a yes"
        )
        var machine = FactorizationMachine(
            configuration: try FactorizationMachine.configuration(
                preset: modelOptions.preset,
                overrides: modelOptions.overrides()
            )
        )
        let progress = ProgressReporter(title: FactorizationMachine.name, isQuiet: console.isQuiet)
        defer { progress.finish() }
        Interruption.watch()
        try machine.fit(
            rows,
            validation: validation,
            session: TrainingSession(
                seed: common.seed,
                report: { progress.update($0) },
                isCancelled: { Interruption.isRequested }
            )
        )
        progress.finish()
        let manifest = machine.manifest(
            preset: modelOptions.preset,
            summary: DataSummary(
                of: rows,
                source: URL(fileURLWithPath: dataOptions.data).lastPathComponent,
                validationRows: validation?.count ?? 0
            ),
            epochs: progress.epochs,
            seed: common.seed
        )
        try FactorizationSnapshot(manifest: manifest, weights: machine.weights).write(to: output.path)
        let report = TrainReport(manifest: manifest, snapshot: output.path)
        try console.result(report) { report.words }
    }

    private func checkRowOptions() throws {
        guard modelOptions.model == FactorizationMachine.name else {
            throw FreshetError(
                .usage,
                "The model \(modelOptions.model) does not learn from rows of features.",
                remedy: "With --format \(LabelledRows.format) give --model \(FactorizationMachine.name)."
            )
        }
        guard propensities == nil, encoderOptions.encoder == nil, dataOptions.reading.catalogue == nil else {
            throw FreshetError(
                .usage,
                "Rows of features have no items whose texts or propensities could be read.",
                remedy: "Leave --propensities, --encoder and --catalogue out."
            )
        }
        guard !resume, parts == nil else {
            throw FreshetError(
                .usage,
                "A training on rows is made in one go, of no parts.",
                remedy: "Leave --resume and --parts out."
            )
        }
    }
}

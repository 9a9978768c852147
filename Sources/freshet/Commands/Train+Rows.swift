import Foundation
import FreshetCore
import FreshetData
import FreshetModels

extension Train {
    /// Trains a factorization machine on rows of features.
    /// - Throws: ``FreshetError`` when the options do not fit, a row is malformed, or when stopped.
    func trainOnRows(_ console: Console, as format: LabelledRows.Format) throws {
        try checkRowOptions(format)
        try output.check()
        let folder = TrainingFolder(output.path)
        try folder.prepare()
        let read = try readRows(format)
        let rows = read.training
        let what = read.columns.map { "\(Words.count($0.columns.count)) columns, which make " } ?? ""
        console.note(
            "\(dataOptions.data) (\(format.rawValue)): \(Words.count(rows.count)) rows of \(what)"
                + "\(Words.count(rows.featureCount)) features, \(Words.count(rows.labels.count { $0 == 1 })) of them a yes"
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
            validation: read.validation,
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
                format: format,
                validationRows: read.validation?.count ?? 0
            ),
            epochs: progress.epochs,
            seed: common.seed
        )
        try FactorizationSnapshot(manifest: manifest, weights: machine.weights, columns: read.columns)
            .write(to: output.path)
        let report = TrainReport(manifest: manifest, snapshot: output.path)
        try console.result(report) { report.words }
    }

    /// What is learned from, and of a table what its columns became.
    private struct ReadRows {
        let training: LabelledRows
        let validation: LabelledRows?
        var columns: FeatureColumns?
    }

    private func readRows(_ format: LabelledRows.Format) throws -> ReadRows {
        switch format {
        case .libfm:
            let rows = try LabelledRows.readLibFM(dataOptions.data)
            return ReadRows(
                training: rows,
                validation: try validation.map { try LabelledRows.readLibFM($0, featureCount: rows.featureCount) }
            )
        case .csv:
            let options = dataOptions.reading.form.importOptions
            let table = try CodedTable(path: dataOptions.data, options: options)
            let (columns, leftOut) = try FeatureColumns.learn(from: table, columnOptions.choices())
            for column in leftOut {
                Console.complain("Warning: the column '\(column.name)' is left out: \(column.fault.rawValue).")
            }
            return ReadRows(
                training: try columns.rows(of: table),
                validation: try validation.map { try columns.rows(of: CodedTable(path: $0, options: options)) },
                columns: columns
            )
        }
    }

    private func checkRowOptions(_ format: LabelledRows.Format) throws {
        guard modelOptions.model == FactorizationMachine.name else {
            throw FreshetError(
                .usage,
                "The model \(modelOptions.model) does not learn from rows of features.",
                remedy:
                    "With --format \(format.rawValue) give --model \(FactorizationMachine.name); a table of events is "
                    + "read without --format."
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

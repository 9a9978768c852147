import ArgumentParser
import Foundation
import FreshetCluster
import FreshetCore
import FreshetData
import FreshetModels

/// `freshet train`.
struct Train: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a model and keep it as a snapshot.",
        discussion: """
            Each user's last event is held out to validate on, and is part of the user's history again when \
            recommending. Of events, Ctrl-C stops after the step and leaves a checkpoint; the same command with --resume goes on. \
            The snapshot goes into the output folder.

              freshet train --data events.tsv --model sequence-transformer --output model
              freshet train --data ml-1m.txt --format pairs --model popularity --set halfLifeEvents=10 --output model
              freshet train --data events.tsv --model hybrid --parts transformer,counts --output model
              freshet train --data events.tsv --catalogue items.tsv --model hybrid --encoder minilm --output model
              freshet train --data clicks.csv --format csv --model factorization-machine --output model
              freshet train --data train.libfm --validation other.libfm --format libfm --model factorization-machine \
            --preset online --output model
              freshet train --data events.tsv --model sequence-transformer --distil-from model --output student
              freshet train --data events.tsv --model sequence-transformer --ranks 2 --threads 1 --output model
              freshet train --data clicks.tsv --model sequence-transformer --propensities shown.csv --set slate=10 --output model

            Models:
            \(ModelRegistry.all.map(Self.line).joined(separator: "\n"))
            \(Self.line(FactorizationMachine.name, FactorizationMachine.summary, FactorizationMachine.presets.keys.sorted()))
            """
    )

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var encoderOptions: EncoderOptions
    @OptionGroup var columnOptions: ColumnOptions
    @OptionGroup var parallel: ParallelOptions
    @OptionGroup var common: CommonOptions

    @OptionGroup var output: OutputFolder

    @Option(
        help: ArgumentHelp("With --format csv or libfm: other rows, which say when to end.", valueName: "file")
    )
    var validation: String?

    @Flag(help: "Go on with the unfinished training in the output folder.")
    var resume = false

    @Option(
        help: ArgumentHelp(
            "For hybrid: combine these snapshots of the same data instead of training the parts.",
            valueName: "folder,…"
        )
    )
    var parts: String?

    @Option(
        help: ArgumentHelp(
            "What was shown with which chance, a table of user, item and propensity: for --set slate=K, which corrects for it.",
            valueName: "file"
        )
    )
    var propensities: String?

    @Option(
        help: ArgumentHelp(
            "Learn this snapshot's ranking beside the events, by its settings with half its blocks unless others are given.",
            valueName: "folder"
        )
    )
    var distilFrom: String?

    func validate() throws {
        guard distilFrom == nil || (parts == nil && rowFormat == nil) else {
            throw ValidationError(
                "--distil-from goes with a model of events that is trained, not with --parts or rows."
            )
        }
        guard validation == nil || rowFormat != nil else {
            throw ValidationError(
                "--validation goes with --format csv or libfm: of events each user's last is held out."
            )
        }
        guard !parallel.isGiven || (parts == nil && rowFormat == nil) else {
            throw ValidationError("--ranks goes with a model of events that is trained, not with --parts or rows.")
        }
        guard !parallel.isGiven || dataOptions.data != "-" else {
            throw ValidationError("With --ranks every rank reads the data: give a file, not standard input.")
        }
        guard !columnOptions.isGiven || rowFormat == .csv else {
            throw ValidationError("--label, --categories, --ranges and --leave-out go with --format csv.")
        }
    }

    private var rowFormat: LabelledRows.Format? { dataOptions.reading.rowFormat }

    func execute(_ console: Console) throws {
        if let rowFormat { return try trainOnRows(console, as: rowFormat) }
        let description = try modelOptions.description()
        var together = try parallel.settings(for: description)
        let isFirst = parallel.ranks.isFirst
        let folder = TrainingFolder(output.path)
        if isFirst {
            if !resume || !(folder.isUnfinished || folder.isFinished) { try check(folder) }
            try folder.prepare()
        }
        let joined = try parallel.ranks.join()
        if let joined { together.collective = joined.collective }
        let console = isFirst ? console : Console(isJSON: console.isJSON, isQuiet: true)
        let teacher = try distilFrom.map { try Teacher($0, for: description) }
        let overrides = try teacher?.overrides(modelOptions) ?? modelOptions.overrides()
        let imported = try dataOptions.read(console)
        let split = imported.dataset.leavingLastOut()
        let pool = common.makePool()
        let data = TrainingData(
            dataset: split.training,
            validation: split.holdouts,
            content: try encoderOptions.content(
                of: imported.dataset.itemDetails,
                title: description.name,
                pool: pool,
                console
            ),
            propensities: try propensities.map {
                try PropensityFile($0, dataset: split.training).propensities(of: split.training)
            } ?? []
        )
        var learner = try description.makeLearner(preset: modelOptions.preset, overrides: overrides, data: data)
        if let teacher { learner = try teacher.teach(learner, items: imported.dataset.items) }
        let parts = try parts.map { try HybridParts($0, learner: learner, dataset: imported.dataset) }
        let run = TrainingRun(
            description: description,
            data: data,
            seed: common.seed,
            pool: pool,
            folder: isFirst ? folder : nil,
            isResuming: resume,
            parallel: together,
            console: console
        )
        let outcome: TrainingRun.Outcome
        do {
            outcome = try parts.map { try run.assemble($0.parts, fusion: $0.fusion) } ?? run.train(learner)
            try joined?.finish()
        } catch let error as FreshetError {
            try joined?.finish(after: error)
            throw error
        }
        guard isFirst else { return }
        let manifest = run.manifest(
            of: outcome,
            preset: modelOptions.preset,
            summary: DataSummary(
                of: imported.dataset,
                source: URL(fileURLWithPath: dataOptions.data).lastPathComponent,
                format: imported.format,
                validationEvents: split.holdouts.count
            ),
            metrics: teacher?.metrics ?? [:]
        )
        let snapshot = Snapshot(manifest: manifest, dataset: imported.dataset, scorer: outcome.scorer)
        try snapshot.write(to: output.path)
        var report = TrainReport(manifest: manifest, snapshot: output.path)
        report.distillation = teacher?.comparison(with: snapshot, seed: common.seed, pool: pool)
        try console.result(report) { report.words }
    }

    /// Refuses to write over another snapshot, or over a training that could go on.
    private func check(_ folder: TrainingFolder) throws {
        guard folder.isUnfinished else { return try output.check() }
        try output.overwriting.check(
            output.path,
            remedy: "It holds an unfinished training: --resume goes on with it, --force starts over."
        )
    }

    private static func line(_ model: ModelDescription) -> String { line(model.name, model.summary, model.presets) }

    private static func line(_ name: String, _ summary: String, _ presets: [String]) -> String {
        "  \(name): \(summary)" + (presets.isEmpty ? "" : " (presets: \(presets.joined(separator: ", ")))")
    }
}

/// What `freshet train` reports.
struct TrainReport: Encodable {
    let model: String
    let preset: String
    let configuration: JSONValue
    let seed: UInt64
    let threads: Int
    let data: DataSummary
    let trainSeconds: Double
    let epochSeconds: [Double]
    let losses: [Double]
    let validation: [Double?]
    let bestEpoch: Int?
    let metrics: [String: Double]
    let peakMemoryBytes: Int
    let snapshot: String
    /// Teacher and student on the held-out events; `nil` without a teacher.
    var distillation: CompressionReport?

    init(manifest: SnapshotManifest, snapshot: String) {
        model = manifest.model
        preset = manifest.preset ?? "recommended"
        configuration = manifest.configuration
        seed = manifest.seed
        threads = manifest.threads
        data = manifest.data
        trainSeconds = manifest.trainSeconds
        epochSeconds = manifest.epochs.map(\.seconds)
        losses = manifest.epochs.map(\.loss)
        validation = manifest.epochs.map(\.validation)
        bestEpoch = manifest.bestEpoch?.epoch
        metrics = manifest.metrics
        peakMemoryBytes = PeakMemory.bytes
        self.snapshot = snapshot
    }

    var words: String {
        let what =
            LabelledRows.Format(rawValue: data.format) != nil
            ? "rows"
            : "events of \(Words.count(data.users)) users and \(Words.count(data.items)) items"
        var lines = [
            "\(model) (\(preset)) trained in \(Words.duration(trainSeconds)) on \(Words.count(data.events)) \(what)."
        ]
        if let loss = losses.last { lines.append("\(losses.count) epochs, last loss \(Words.decimal(loss, 4)).") }
        for (name, value) in metrics.sorted(by: { $0.key < $1.key }) {
            lines.append("\(name) \(Words.decimal(value, 4))")
        }
        if let distillation { lines.append(distillation.table) }
        lines.append("Snapshot in \(snapshot), peak memory \(Words.bytes(peakMemoryBytes)).")
        return lines.joined(separator: "\n")
    }
}

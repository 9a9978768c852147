import ArgumentParser
import Foundation
import FreshetCore
import FreshetLanguage
import FreshetModels
import FreshetNN

extension Classify {
    /// `freshet classify train`.
    struct Train: FreshetCommand {
        static let configuration = CommandConfiguration(
            abstract: "Train a classifier on labelled texts.",
            discussion: """
                The output folder gets classifier.safetensors, of which a model's own weights are no part unless they \
                were tuned, and report.json with the figures on the held-out texts. The columns are found by their names \
                (text, sentence, question; label, category, class, …).

                  freshet classify train --data reviews.csv --output sentiment
                  freshet classify train --data intents.tsv --encoder minilm --tuning lora --rank 8 --output intents
                  freshet classify train --data topics.csv --encoder light --held-out 0.2 --output topics
                """
        )

        @OptionGroup var texts: LabelledTextOptions

        @Option(
            help: ArgumentHelp(
                "What reads the texts: an installed model, a model's folder, or light (no weights). The first installed "
                    + "model unless given, else light.",
                valueName: "name"
            )
        )
        var encoder: String?

        @OptionGroup var tuning: TuningOptions

        @Option(help: "The share of the texts that the classifier is measured on and does not learn from.")
        var heldOut = 0.1

        @OptionGroup var output: OutputFolder
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard heldOut >= 0, heldOut < 1 else {
                throw ValidationError("--held-out is \(heldOut), but must be at least 0 and below 1.")
            }
        }

        func execute(_ console: Console) throws {
            try output.check()
            let model = try Self.model(named: encoder)
            let choice = model.map { EncoderChoice.model($0.encoder) } ?? .light
            let method = try tuning.method(isModel: model != nil)
            let (training, heldOut) = try texts.read(console).split(holdingOut: heldOut, seed: common.seed)
            let pool = common.makePool()
            let progress = ProgressReporter(title: "classifier", isQuiet: console.isQuiet)
            defer { progress.finish() }
            var run = TextTraining(try tuning.settings(for: method), seed: common.seed, pool: pool)
            run.report = { progress.update(TrainingProgress($0)) }
            run.isCancelled = { Interruption.isRequested }
            Interruption.watch()
            let (classifier, outcome) = try TextClassifier.train(on: training, reading: choice, tuning: method, run)
            progress.finish()
            try classifier.write(to: output.path, model: model)
            let report = ClassifierTrainingReport(
                encoder: choice.name,
                tuning: tuning.name(of: method),
                classes: classifier.classes.count,
                trainingTexts: training.texts.count,
                outcome: outcome,
                heldOut: heldOut.texts.isEmpty ? nil : try classifier.report(on: heldOut, pool: pool),
                folder: output.path
            )
            try DurableFile.write([SnapshotJSON.encode(report, pretty: true)], to: output.path + "/report.json")
            try console.result(report) { report.words }
        }

        /// The model of a name, with the name by which it is found again; `nil` for the light encoder.
        private static func model(named name: String?) throws -> (name: String, encoder: TextEncoder)? {
            let store = ModelStore()
            guard let name = name ?? store.firstEncoder, name != "light" else { return nil }
            let found = name.contains("/") ? URL(fileURLWithPath: name).path : name
            return (found, try store.encoder(named: found))
        }
    }
}

/// What of a model is tuned, and how.
struct TuningOptions: ParsableArguments {
    /// What of a model learns.
    enum Tuning: String, ExpressibleByArgument, CaseIterable {
        case all, last, lora, adalora, bottleneck, prompt, none
    }

    @Option(
        help: """
            What of a model learns: all of it, its last layers, low-rank adapters (lora), the same with ranks that are \
            shared out in training (adalora), narrow networks behind its layers (bottleneck), vectors before every text (prompt), or none: then its vectors stay and a logistic regression stands on them. All unless given; none of the light encoder.
            """
    )
    var tuning: Tuning?

    @Option(help: "With --tuning last: how many layers.")
    var layers = 2

    @Option(help: "With --tuning bottleneck: how many numbers one passes on.")
    var width = 32

    @Option(help: "With --tuning prompt: how many vectors stand before every text.")
    var promptTokens = 16

    @Option(
        help:
            "With --tuning lora or adalora: how many numbers an adapter passes on, with adalora on average in the end."
    )
    var rank = LowRankSettings().rank

    @Option(
        help:
            "With --tuning adalora: how many numbers every adapter passes on at first; half more than --rank unless given."
    )
    var initialRank: Int?

    @Option(help: "With --tuning lora or adalora: what an adapter adds is multiplied with alpha / rank.")
    var alpha = LowRankSettings().alpha

    @Option(
        help: ArgumentHelp(
            "With --tuning lora or adalora: the matrices with an adapter, of \(AdaptedMatrix.allCases.map(\.rawValue).joined(separator: ", ")); all unless given.",
            valueName: "name,…"
        )
    )
    var matrices: String?

    @Option(help: "How often every text is seen; what suits the tuning unless given.")
    var epochs: Int?

    @Option(help: "How many texts make a step.")
    var batch: Int?

    @Option(help: "The highest rate of learning; what suits the tuning unless given.")
    var rate: Float?

    @Option(help: "The share of a text's words that a model does not see, drawn anew each time: they are left out.")
    var wordDeletion: Float = 0

    @Option(help: "The same, but a mask stands in their place.")
    var wordDropout: Float = 0

    /// How vectors are moved against what is learned.
    enum Adversary: String, ExpressibleByArgument, CaseIterable {
        case fgm, pgd
    }

    @Option(
        help: """
            Learn from texts whose vectors of tokens are moved to where the loss grows as well: fgm in one step (twice the work), \
            pgd in several.
            """
    )
    var adversarial: Adversary?

    @Option(help: "With --adversarial: how far the vectors of a text move at most.")
    var epsilon: Float = 0.5

    @Option(help: "With --adversarial pgd: how many steps they take.")
    var ascentSteps = 3

    @Flag(help: "Compute layers again on the way back instead of keeping them: less memory, a third more work.")
    var recompute = false

    /// What learns.
    /// - Throws: ``FreshetError`` of kind `usage` for a matrix that does not exist.
    func method(isModel: Bool) throws -> TuningMethod {
        switch tuning ?? (isModel ? .all : .none) {
        case .all: return .all
        case .last: return .last(layers: layers)
        case .none: return .none
        case .bottleneck: return .bottleneck(width: width)
        case .prompt: return .prompt(tokens: promptTokens)
        case .lora:
            var settings = LowRankSettings()
            (settings.rank, settings.alpha, settings.matrices) = (rank, alpha, try adaptedMatrices())
            return .lowRank(settings)
        case .adalora:
            var settings = AdaptiveRankSettings()
            (settings.rank, settings.alpha, settings.matrices) = (rank, alpha, try adaptedMatrices())
            settings.initialRank = initialRank ?? (3 * rank + 1) / 2
            return .adaptiveLowRank(settings)
        }
    }

    private func adaptedMatrices() throws -> [AdaptedMatrix] {
        guard let matrices else { return AdaptedMatrix.allCases }
        return try matrices.split(separator: ",").map { name in
            guard let matrix = AdaptedMatrix(rawValue: String(name)) else {
                throw FreshetError.unknown("matrix", String(name), known: AdaptedMatrix.allCases.map(\.rawValue))
            }
            return matrix
        }
    }

    /// The settings of the training.
    func settings(for method: TuningMethod) throws -> TextTraining.Settings {
        var settings = TextTraining.Settings(for: method)
        settings.epochs = epochs ?? settings.epochs
        settings.batchSize = batch ?? settings.batchSize
        settings.learningRate = rate ?? settings.learningRate
        (settings.wordDeletion, settings.wordDropout) = (wordDeletion, wordDropout)
        settings.recomputes = recompute
        settings.adversary =
            switch adversarial {
            case .fgm: .fgm(epsilon: epsilon)
            case .pgd: .pgd(epsilon: epsilon, steps: ascentSteps)
            case nil: nil
            }
        try settings.validate()
        return settings
    }

    /// A method in words.
    func name(of method: TuningMethod) -> String {
        switch method {
        case .all: "all"
        case .last(let layers): "last \(layers) layers"
        case .lowRank(let settings): "lora, rank \(settings.rank)"
        case .adaptiveLowRank(let settings): "adalora, rank \(settings.initialRank) to \(settings.rank)"
        case .bottleneck(let width): "bottlenecks, \(width) wide"
        case .prompt(let tokens): "prompt of \(tokens)"
        case .none: "none"
        }
    }
}

extension TrainingProgress {
    /// A state of a training that reads texts.
    init(_ progress: TextTraining.Progress) {
        self.init(
            phase: "epoch \(progress.epoch)",
            completed: progress.step,
            total: progress.steps,
            loss: progress.loss
        )
    }
}

/// What `freshet classify train` reports.
private struct ClassifierTrainingReport: Encodable {
    let encoder: String
    let tuning: String
    let classes: Int
    let trainingTexts: Int
    let losses: [Double]
    let seconds: Double
    /// How much was read while the encoder learned; `nil` where it did not.
    let tokensPerSecond: Double?
    /// The scratch memory of the passes, in bytes.
    let scratchBytes: Int
    /// How many ranks each adapter has in the end, where they were shared out.
    let ranks: [String: Int]?
    let heldOut: ClassificationReport?
    let folder: String

    init(
        encoder: String,
        tuning: String,
        classes: Int,
        trainingTexts: Int,
        outcome: TextTraining.Outcome,
        heldOut: ClassificationReport?,
        folder: String
    ) {
        (self.encoder, self.tuning, self.classes) = (encoder, tuning, classes)
        (self.trainingTexts, self.heldOut, self.folder) = (trainingTexts, heldOut, folder)
        (losses, seconds, scratchBytes) = (outcome.losses, outcome.seconds, outcome.scratchBytes)
        ranks = outcome.ranks.isEmpty ? nil : outcome.ranks
        tokensPerSecond = tuning == "none" || outcome.seconds == 0 ? nil : Double(outcome.cost) / outcome.seconds
    }

    var words: String {
        let speed = tokensPerSecond.map { ", \(Words.count(Int($0))) tokens a second" } ?? ""
        var lines = [
            "\(classes) classes learned from \(Words.count(trainingTexts)) texts in \(Words.duration(seconds)) "
                + "(\(encoder), tuned: \(tuning)\(speed); \(scratchBytes >> 20) MB of passes; "
                + "last loss \(Words.decimal(losses.last ?? 0, 4)))."
        ]
        if let heldOut { lines.append("Of \(Words.count(heldOut.count)) held-out texts: \(heldOut.summary).") }
        lines.append("Classifier in \(folder).")
        return lines.joined(separator: "\n")
    }
}

extension ClassificationReport {
    /// The main figures in one line.
    var summary: String {
        "accuracy \(Words.decimal(accuracy, 4)), macro F1 \(Words.decimal(macroF1, 4)), calibration error "
            + "\(Words.decimal(calibration.error, 4)), log loss \(Words.decimal(logLoss, 4))"
    }
}

import ArgumentParser
import Foundation
import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetModels

extension Models {
    /// `freshet models tune`.
    struct Tune: FreshetCommand {
        static let configuration = CommandConfiguration(
            commandName: "tune",
            abstract: "Tune a model on what users chose, or on the words of a catalogue.",
            discussion: """
                Learns from pairs of items that users chose one after the other: each has to be told its partner from \
                those of the other pairs of a step. With --objective masked-words it learns to tell words that are hidden in \
                the catalogue's texts, before anybody has chosen anything. The output is a model's folder that --encoder \
                takes and 'models add' installs.

                  freshet models tune minilm --data train.tsv --catalogue items.tsv --tuning lora --output tuned
                  freshet models tune bert --data train.tsv --catalogue items.tsv --objective masked-words --output own
                  freshet train --data train.tsv --catalogue items.tsv --model hybrid --encoder ./tuned --output model
                """
        )

        @Argument(help: "An installed model, or a model's folder.")
        var model: String

        @OptionGroup var dataOptions: DataOptions

        /// What is learned.
        enum Objective: String, ExpressibleByArgument, CaseIterable {
            case pairs
            case maskedWords = "masked-words"
        }

        @Option(help: "What is learned: pairs of items that users chose, or masked-words of the catalogue's texts.")
        var objective = Objective.pairs

        @Option(help: "How many pairs are learned from at most, those of the newest events of each user.")
        var pairs = 50_000

        @OptionGroup var tuning: TuningOptions
        @OptionGroup var output: OutputFolder
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard pairs > 0 else { throw ValidationError("--pairs is \(pairs), but must be above 0.") }
        }

        func execute(_ console: Console) throws {
            try output.check()
            let store = ModelStore()
            let encoder = try store.encoder(named: model)
            let dataset = try dataOptions.read(console).dataset
            let texts = dataset.itemDetails.map(ItemText.text)
            let method = try tuning.method(isModel: true)
            guard method.isFoldable else {
                throw FreshetError(
                    .usage,
                    "A model's folder has no place for what stands beside its matrices.",
                    remedy: "Take --tuning lora, last or all; classifiers can be tuned by bottlenecks or a prompt."
                )
            }
            var settings = try tuning.settings(for: method)
            settings.epochs = tuning.epochs ?? 1
            settings.batchSize = tuning.batch ?? 64
            let progress = ProgressReporter(title: "tune", isQuiet: console.isQuiet)
            defer { progress.finish() }
            var training = TextTraining(settings, seed: common.seed, pool: common.makePool())
            training.report = { progress.update(TrainingProgress($0)) }
            training.isCancelled = { Interruption.isRequested }
            Interruption.watch()
            let (tuned, outcome): (TextEncoder, TextTraining.Outcome)
            let count: Int
            switch objective {
            case .pairs:
                let chosen = Self.pairs(of: dataset, texts, limit: pairs)
                count = chosen.count
                (tuned, outcome) = try PairTuning.tune(encoder, method, texts: texts, pairs: chosen, training)
            case .maskedWords:
                let read = texts.filter { !$0.isEmpty }
                count = read.count
                (tuned, outcome) = try MaskedWords.tune(encoder, method, texts: read, training)
            }
            progress.finish()
            try store.write(tuned.model, like: model, to: output.path)
            let report = TuningReport(
                model: encoder.name,
                tuning: tuning.name(of: method),
                objective: objective.rawValue,
                pairs: objective == .pairs ? count : nil,
                texts: objective == .maskedWords ? count : nil,
                losses: outcome.losses,
                seconds: outcome.seconds,
                tokensPerSecond: outcome.seconds > 0 ? Double(outcome.cost) / outcome.seconds : 0,
                scratchBytes: outcome.scratchBytes,
                ranks: outcome.ranks.isEmpty ? nil : outcome.ranks,
                folder: output.path
            )
            try console.result(report) {
                "\(report.model) tuned (\(report.tuning)) on \(Words.count(count)) \(objective == .pairs ? "pairs" : "texts") in "
                    + "\(Words.duration(report.seconds)), last loss \(Words.decimal(report.losses.last ?? 0, 4)). Model in "
                    + "\(report.folder)."
            }
        }

        /// Pairs of neighbours in what users liked, both with a text and not the same, the newest of every user first.
        private static func pairs(of dataset: Dataset, _ texts: [String], limit: Int) -> [(Int32, Int32)] {
            var pairs: [(pair: (Int32, Int32), age: Int)] = []
            let isRead = { (item: Int32) in texts.indices.contains(Int(item)) && !texts[Int(item)].isEmpty }
            for user in 0..<dataset.histories.userCount {
                let items = dataset.histories[UserIndex(user)].likings.items.map(\.rawValue)
                let neighbours = zip(items, items.dropFirst()).filter { $0 != $1 && isRead($0) && isRead($1) }
                pairs += neighbours.reversed().enumerated().map { (pair: $0.element, age: $0.offset) }
            }
            return pairs.sorted { $0.age < $1.age }.prefix(limit).map(\.pair)
        }
    }
}

/// What `freshet models tune` reports.
private struct TuningReport: Encodable {
    let model: String
    let tuning: String
    let objective: String
    let pairs: Int?
    let texts: Int?
    let losses: [Double]
    let seconds: Double
    let tokensPerSecond: Double
    /// The scratch memory of the passes, in bytes.
    let scratchBytes: Int
    /// How many ranks each adapter has in the end, where they were shared out.
    let ranks: [String: Int]?
    let folder: String
}

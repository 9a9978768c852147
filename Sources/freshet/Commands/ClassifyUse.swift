import ArgumentParser
import Foundation
import FreshetCore
import FreshetLanguage
import FreshetTensor

extension Classify {
    /// `freshet classify evaluate`.
    struct Evaluate: FreshetCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure a classifier on labelled texts.",
            discussion: """
                Accuracy, F1 as the mean of the classes, precision, recall and F1 of each, the expected calibration error \
                in ten bins, and which classes are mixed up; the whole confusion with --json.

                  freshet classify evaluate --classifier sentiment --data test.csv
                """
        )

        @OptionGroup var classifier: ClassifierOptions
        @OptionGroup var texts: LabelledTextOptions
        @OptionGroup var common: CommonOptions

        func execute(_ console: Console) throws {
            let classifier = try classifier.read()
            let report = try classifier.report(on: texts.read(console), pool: common.makePool())
            try console.result(report) { Self.words(report) }
        }

        private static func words(_ report: ClassificationReport) -> String {
            var table = ConsoleTable(header: ["class", "texts", "precision", "recall", "F1"])
            table.rows = report.classes.map { figures in
                [figures.name, Words.count(figures.support)]
                    + [figures.precision, figures.recall, figures.f1].map { Words.decimal($0, 4) }
            }
            let mistakes = report.mistakes(10).map { "  \($0.right) taken for \($0.said): \($0.count)" }
            return ["\(Words.count(report.count)) texts: \(report.summary)", "", table.text]
                .joined(separator: "\n")
                + (mistakes.isEmpty ? "" : "\n\nMixed up most often:\n" + mistakes.joined(separator: "\n"))
        }
    }

    /// `freshet classify predict`.
    struct Predict: FreshetCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say of texts which class they are of.",
            discussion: """
                Texts come one a line, or as JSON strings one a line (.jsonl), from a file or from standard input. For \
                each a line comes out: class, tab, probability.

                  freshet classify predict --classifier sentiment --texts new.txt
                  echo 'what a lovely day' | freshet classify predict --classifier sentiment --top 3
                """
        )

        /// The texts that are read at once: a stream's answers come while it goes on.
        private static let batch = 256

        @OptionGroup var classifier: ClassifierOptions

        @Option(help: ArgumentHelp("The texts; standard input unless given.", valueName: "file"))
        var texts = "-"

        @Option(help: "How many classes are named of each text, the most probable first.")
        var top = 1

        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard top > 0 else { throw ValidationError("--top is \(top), but must be above 0.") }
        }

        func execute(_ console: Console) throws {
            let classifier = try classifier.read()
            let texts = try EncodedInput(texts: texts, catalogue: nil).texts
            guard !texts.isEmpty else {
                throw FreshetError(.invalidData, "There are no texts.", remedy: "Write some, one a line.")
            }
            let pool = common.makePool()
            let K = classifier.classes.count
            var all: [[PredictedClass]] = []
            for start in stride(from: 0, to: texts.count, by: Self.batch) {
                let batch = Array(texts[start..<min(start + Self.batch, texts.count)])
                let probabilities = classifier.probabilities(of: batch, on: pool)
                let predictions = batch.indices.map { row in
                    classifier.ranked(probabilities[row * K..<(row + 1) * K]).prefix(top).map {
                        PredictedClass(label: $0.name, probability: $0.probability)
                    }
                }
                if console.isJSON {
                    all += predictions
                } else {
                    try Console.write(predictions.map(Self.line).joined(separator: "\n"))
                }
            }
            if console.isJSON { try console.result(all) { "" } }
        }

        private static func line(_ prediction: [PredictedClass]) -> String {
            prediction.map { "\($0.label)\t\(Words.decimal(Double($0.probability), 4))" }.joined(separator: "\t")
        }
    }
}

/// A class of a text.
private struct PredictedClass: Encodable {
    let label: String
    let probability: Float
}

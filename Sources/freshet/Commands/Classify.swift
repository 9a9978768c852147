import ArgumentParser
import Foundation
import FreshetCore
import FreshetData
import FreshetLanguage

/// `freshet classify`.
struct Classify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train, measure and use a classifier of texts, such as topic or sentiment.",
        discussion: """
            A language model reads the texts and is tuned on labelled ones, whole or in part; the light encoder needs no \
            weights and makes a logistic regression. The texts are a table with a column of texts and one of labels.

              freshet classify train --data reviews.csv --encoder minilm --tuning lora --output sentiment
              freshet classify evaluate --classifier sentiment --data test.csv
              freshet classify predict --classifier sentiment --texts new.txt
            """,
        subcommands: [Train.self, Evaluate.self, Predict.self]
    )
}

/// Where labelled texts come from.
struct LabelledTextOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The labelled texts: a table (.csv, .tsv or JSON lines; plain or packed), or - for standard input.",
            valueName: "file"
        )
    )
    var data: String

    @Option(help: ArgumentHelp("The column of the texts, by name or by position.", valueName: "column"))
    var textColumn: String?

    @Option(help: ArgumentHelp("The column of the labels, by name or by position.", valueName: "column"))
    var labelColumn: String?

    @OptionGroup var form: TableFormOptions

    /// Reads them, and says what was left out.
    func read(_ console: Console) throws -> LabelledTexts {
        let (texts, leftOut) = try LabelledTexts.read(
            data,
            text: textColumn,
            label: labelColumn,
            options: form.importOptions
        )
        if let leftOut { console.note("\(data): \(leftOut)") }
        return texts
    }
}

/// A classifier that was trained before.
struct ClassifierOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of the classifier.", valueName: "folder"))
    var classifier: String

    @Option(
        help: ArgumentHelp(
            "Where the model lies on which the classifier stands; unless given, where it lay in training.",
            valueName: "name"
        )
    )
    var encoder: String?

    /// Reads it.
    func read() throws -> TextClassifier {
        try TextClassifier(folder: classifier) { try ModelStore().encoder(named: encoder ?? $0) }
    }
}

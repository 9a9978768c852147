import ArgumentParser
import Foundation
import FreshetCore
import FreshetLanguage
import FreshetTensor

/// `freshet models`.
struct Models: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Install, list, measure, tune, use and remove language models.",
        discussion: """
            A model is the folder that it was published in: config.json, its tokenizer's files, model.safetensors. BERT, \
            MiniLM, DistilBERT, RoBERTa, XLM-R and GPT-2 can be read. Models are kept in FRESHET_MODELS, or in \
            ~/.freshet/models.

              freshet models add all-MiniLM-L6-v2 --name minilm
              freshet models list
              freshet models measure minilm --texts titles.txt --precision int8
              freshet models tune minilm --data events.tsv --catalogue items.tsv --tuning lora --output tuned
              freshet models remove minilm
            """,
        subcommands: [
            Add.self, List.self, Measure.self, Tune.self, Generate.self, Rank.self, Remove.self,
        ]
    )

    /// `freshet models add`.
    struct Add: FreshetCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a model's folder and copy what is needed of it."
        )

        @Argument(help: "The folder.")
        var folder: String

        @Option(help: "What it is called; the folder's name unless given.")
        var name: String?

        @OptionGroup var common: CommonOptions

        func execute(_ console: Console) throws {
            let name = name ?? URL(fileURLWithPath: folder).lastPathComponent
            let model = InstalledModel(name, try ModelStore().add(folder, as: name))
            try console.result(model) { "Installed \(model.words)." }
        }
    }

    /// `freshet models list`.
    struct List: FreshetCommand {
        static let configuration = CommandConfiguration(abstract: "Show the installed models.")

        @OptionGroup var common: CommonOptions

        func execute(_ console: Console) throws {
            let store = ModelStore()
            let models = try store.names.map { InstalledModel($0, try store.encoder(named: $0)) }
            try console.result(models) {
                models.isEmpty
                    ? "No model is installed in \(store.folder)." : models.map(\.words).joined(separator: "\n")
            }
        }
    }

    /// `freshet models remove`.
    struct Remove: FreshetCommand {
        static let configuration = CommandConfiguration(abstract: "Remove an installed model.")

        @Argument(help: "Its name.")
        var name: String

        @OptionGroup var common: CommonOptions

        func execute(_ console: Console) throws {
            try ModelStore().remove(name)
            try console.result(["removed": name]) { "Removed \(name)." }
        }
    }
}

/// What is said of an installed model.
private struct InstalledModel: Encodable {
    let name: String
    let family: String
    let layers: Int
    let width: Int
    let parameters: Int
    let pooling: String
    let maximumTokens: Int

    init(_ name: String, _ encoder: TextEncoder) {
        self.name = name
        family = encoder.model.configuration.family.rawValue
        layers = encoder.model.configuration.layers
        width = encoder.width
        parameters = encoder.model.parameters.count
        pooling = encoder.pooling.rawValue
        maximumTokens = encoder.maximumLength
    }

    var words: String {
        "\(name): \(family), \(layers) layers, \(width) wide, \(Words.count(parameters)) parameters, "
            + "\(pooling) of up to \(maximumTokens) tokens"
    }
}

import ArgumentParser
import FreshetCore
import FreshetLanguage

extension Models {
    /// `freshet models generate`.
    struct Generate: FreshetCommand {
        static let configuration = CommandConfiguration(
            commandName: "generate",
            abstract: "Go on with a text by a causal model.",
            discussion: """
                One token after another: always the likeliest, or with a temperature one that is drawn from the likeliest; the \
                same seed draws the same.

                  freshet models generate gpt2 --prompt 'The lamp is' --tokens 32
                  freshet models generate gpt2@int8 --prompt 'The lamp is' --temperature 0.8 --top-k 40 --seed 7
                """
        )

        @Argument(help: "An installed causal model such as GPT-2, or a model's folder.")
        var model: String

        @Option(help: ArgumentHelp("The text that is gone on with.", valueName: "text"))
        var prompt: String

        @Option(help: "How many tokens at most.")
        var tokens = GenerationSettings().maximumTokens

        @Option(help: "What logits are divided by before one is drawn; 0 for always the likeliest.")
        var temperature = GenerationSettings().temperature

        @Option(help: "Of how many of the likeliest tokens one is drawn; 0 for all.")
        var topK = GenerationSettings().topK

        @OptionGroup var common: CommonOptions

        func execute(_ console: Console) throws {
            var settings = GenerationSettings()
            (settings.maximumTokens, settings.temperature, settings.topK) = (tokens, temperature, topK)
            settings.seed = common.seed
            try settings.validate()
            let generator = try TextGenerator(ModelStore().encoder(named: model))
            let report = GeneratedText(
                model: generator.name,
                prompt: prompt,
                text: try generator.text(after: prompt, settings)
            )
            try console.result(report) { report.text }
        }
    }
}

/// What `freshet models generate` reports.
private struct GeneratedText: Encodable {
    let model: String
    let prompt: String
    let text: String
}

import ArgumentParser
import FreshetCore
import FreshetLanguage
import FreshetModels
import FreshetTensor

/// What reads the items' texts.
struct EncoderOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What reads the items' texts: an installed model, a model's folder, light (no weights) or none. The first "
                + "installed model unless given, else light.",
            valueName: "name"
        )
    )
    var encoder: String?

    @Option(
        help: ArgumentHelp(
            "How exact a model's numbers are: float32, or int8 for a quarter of the memory and twice the speed. float32 unless "
                + "the encoder's name says otherwise (minilm@int8).",
            valueName: "precision"
        )
    )
    var precision: LanguagePrecision?

    /// What is said of the items, or `nil` where nothing is or nothing is to be read.
    func content(of items: [Item], title: String, pool: ThreadPool, _ console: Console) throws -> ItemContent? {
        try read(items, title: title, pool: pool, console)?.content
    }

    /// What is said of the items and what has read it; `nil` where nothing is said or nothing is to be read.
    func read(_ items: [Item], title: String, pool: ThreadPool, _ console: Console) throws -> (
        content: ItemContent, encoder: any ItemEncoder
    )? {
        let choice = try EncoderChoice(named: encoder, precision: precision)
        let texts = items.map(ItemText.text)
        guard texts.contains(where: { !$0.isEmpty }) else {
            if let encoder { console.note("The catalogue says nothing of its items for '\(encoder)' to read.") }
            return nil
        }
        let progress = ProgressReporter(title: title, isQuiet: console.isQuiet)
        defer { progress.finish() }
        let report = { (done: Int, total: Int) in
            progress.update(TrainingProgress(phase: "reading items (\(choice.name))", completed: done, total: total))
        }
        guard let reader = choice.encoder(learning: texts, on: pool) else { return nil }
        return (ItemContent(of: items, by: reader, on: pool, report: report), reader)
    }
}

extension LanguagePrecision: ExpressibleByArgument {}

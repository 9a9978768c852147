import ArgumentParser
import Foundation
import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetModels
import FreshetNN
import FreshetTensor

/// `freshet encode`.
struct Encode: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn texts or a catalogue's items into vectors.",
        discussion: """
            Texts come one a line, or as JSON strings one a line (.jsonl). The output is numpy's .npy or a .safetensors \
            file with the array 'vectors', and 'ids' beside it where a catalogue has some. What is done is kept while it \
            runs: the same command goes on after a stop.

              freshet encode --encoder minilm --texts queries.txt --output queries.npy
              freshet encode --encoder minilm --catalogue items.tsv --output items.safetensors
              freshet encode --encoder minilm --texts queries.txt --tokens --output tokens.txt
            """
    )

    private static let batch = 512

    @Option(help: ArgumentHelp("An installed model, or a model's folder.", valueName: "name"))
    var encoder: String

    @Option(help: "How exact its numbers are: float32, or int8 for a quarter of the memory and twice the speed.")
    var precision: LanguagePrecision?

    @Option(help: ArgumentHelp("Texts, one a line.", valueName: "file"))
    var texts: String?

    @Option(help: ArgumentHelp("A file of item details (.jsonl, .csv or .tsv).", valueName: "file"))
    var catalogue: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The file of the vectors.", valueName: "file"))
    var output: String

    @Flag(help: "Write the numbers of the tokens, one text a line, instead of vectors.")
    var tokens = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (texts == nil) != (catalogue == nil) else {
            throw ValidationError("Give either --texts or --catalogue.")
        }
        guard tokens || VectorFile.Form(path: output) != nil else {
            throw ValidationError("--output must end in .npy or .safetensors.")
        }
    }

    func execute(_ console: Console) throws {
        let encoder = try ModelStore().encoder(named: encoder, precision: precision)
        let input = try EncodedInput(texts: texts, catalogue: catalogue)
        if tokens { return try writeTokens(of: input.texts, encoder, console) }
        let rows = try ResumableRows(path: output + ".part", width: encoder.width, of: input.texts, by: encoder.name)
        if rows.count > 0 { console.note("Going on after \(Words.count(rows.count)) texts.") }
        let pool = common.makePool()
        let progress = ProgressReporter(title: "encode", isQuiet: console.isQuiet)
        defer { progress.finish() }
        Interruption.watch()
        while rows.count < input.texts.count {
            guard !Interruption.isRequested else {
                throw FreshetError(
                    .cancelled,
                    "Stopped after \(rows.count) texts, which are kept.",
                    remedy: "Go on with the same command."
                )
            }
            let end = min(rows.count + Self.batch, input.texts.count)
            try rows.append(encoder.vectors(of: Array(input.texts[rows.count..<end]), on: pool))
            progress.update(TrainingProgress(phase: "texts", completed: end, total: input.texts.count))
        }
        try VectorFile.write(
            try rows.numbers(),
            width: encoder.width,
            ids: input.ids,
            encoder: encoder.name,
            to: output
        )
        rows.remove()
        let report = EncodeReport(texts: input.texts.count, width: encoder.width, output: output)
        try console.result(report) { "\(Words.count(report.texts)) vectors of \(report.width) numbers in \(output)." }
    }

    private func writeTokens(of texts: [String], _ encoder: TextEncoder, _ console: Console) throws {
        let file = try DurableFile(path: output)
        for text in texts {
            try file.write(encoder.tokenizer.encode(text).map(String.init).joined(separator: " ") + "\n")
        }
        try file.commit()
        try console.result(["texts": texts.count]) { "\(Words.count(texts.count)) texts in \(output)." }
    }
}

/// What `freshet encode` reports.
private struct EncodeReport: Encodable {
    let texts: Int
    let width: Int
    let output: String
}

/// The texts to encode, with the ids of the items they are of.
struct EncodedInput {
    let texts: [String]
    var ids: [String] = []

    init(texts path: String?, catalogue: String?) throws {
        if let catalogue {
            let items = try DatasetReader.readCatalogue(catalogue)
            texts = items.map(ItemText.text)
            ids = items.map(\.id)
            return
        }
        let path = path ?? ""
        let bytes = path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : try FileContents.read(path)
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let whole = lines.last?.isEmpty == true ? lines.dropLast() : lines[...]
        guard path.hasSuffix(".jsonl") else {
            texts = whole.map { String(decoding: $0.last == 0x0D ? $0.dropLast() : $0, as: UTF8.self) }
            return
        }
        texts = try whole.enumerated().map { number, line in
            guard let text = try? JSONDecoder().decode(String.self, from: line) else {
                throw FreshetError(.invalidData, "'\(path)', line \(number + 1): not a JSON string.")
            }
            return text
        }
    }
}

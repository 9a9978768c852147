import Foundation
import FreshetCore
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetLanguage

/// The networks against PyTorch's `transformers`: tiny models with reference outputs.
@Suite struct LanguageModelTests {
    private func reference(_ name: String) throws -> JSONDocument {
        try JSONDocument.read(Fixture.path("\(name)/reference.json"))
    }

    private func numbers(_ list: JSONDocument?) -> [Double] {
        guard let list else { return [] }
        return list.double.map { [$0] } ?? (list.elements ?? []).flatMap { numbers($0) }
    }

    /// The places of both rows that the mask keeps, packed.
    private func packed(_ reference: JSONDocument, _ configuration: LanguageModelConfiguration) -> PackedTokens {
        let tokens = PackedTokens(for: configuration)
        for row in 0..<2 {
            let length = Int(numbers(reference["attention_mask"]?.elements?[row]).reduce(0, +))
            let ids = numbers(reference["input_ids"]?.elements?[row]).prefix(length).map { Int32($0) }
            let types = reference["token_type_ids"]?.elements.map { numbers($0[row]).prefix(length).map { Int32($0) } }
            tokens.append(ids, types: types)
        }
        return tokens
    }

    /// What the reference says of the same places.
    private func kept(_ states: JSONDocument, _ tokens: PackedTokens) -> [Double] {
        (0..<2).flatMap { row in
            (states.elements?[row].elements ?? []).prefix(tokens.offsets[row + 1] - tokens.offsets[row]).flatMap(
                numbers
            )
        }
    }

    private func distance(_ a: [Float], _ b: [Double]) -> Double {
        guard a.count == b.count else { return .infinity }
        return zip(a, b).map { abs(Double($0) - $1) }.max()! / (b.map(abs).max() ?? 1)
    }

    /// XLM-R is read from two files of 16-bit numbers, GPT-2 under a prefix.
    @Test(arguments: ["bert-tiny", "distilbert-tiny", "roberta-tiny", "xlm-roberta-tiny", "gpt2-tiny"])
    func everyLayerEqualsTheReference(name: String) throws {
        let (model, reference) = (try LanguageModel(folder: Fixture.path(name)), try reference(name))
        let tokens = packed(reference, model.configuration)
        let tape = Tape()
        defer { withExtendedLifetime(tape) {} }
        let states = model.network.states(of: tokens, on: tape)
        let expected = try #require(reference["hidden_states"]?.elements)
        #expect(states.count == expected.count)
        for (layer, (state, expected)) in zip(states, expected).enumerated() {
            let error = distance(state.array, kept(expected, tokens))
            #expect(error < 1e-5, "layer \(layer) is off by \(error)")
        }
    }

    @Test func gpt2sLogitsEqualTheReference() throws {
        let (model, reference) = (try LanguageModel(folder: Fixture.path("gpt2-tiny")), try reference("gpt2-tiny"))
        let tokens = packed(reference, model.configuration)
        let tape = Tape()
        let logits = model.logits(of: model.states(of: tokens, on: tape), on: tape)
        let expected = try #require(reference["logits"])
        #expect(distance(logits.array, kept(expected, tokens)) < 1e-5)
    }

    @Test func pooledVectorsEqualTheReference() throws {
        let (model, reference) = (try LanguageModel(folder: Fixture.path("bert-tiny")), try reference("bert-tiny"))
        let tokens = packed(reference, model.configuration)
        let tape = Tape()
        let pooled = tape.normalizeRows(
            tape.meanOfSequences(model.states(of: tokens, on: tape), offsets: tokens.offsets)
        )
        #expect(distance(pooled.array, numbers(reference["mean_pooled_unit"])) < 1e-5)
    }

    /// Old files have a prefix and call a norm's numbers gamma and beta.
    @Test func readsOldNames() throws {
        let folder = try TemporaryFolder()
        let checkpoint = try Checkpoint.mapped(from: Fixture.path("bert-tiny/model.safetensors"))
        var old = Checkpoint()
        for (name, array) in checkpoint.arrays {
            let name = name.replacingOccurrences(of: "LayerNorm.weight", with: "LayerNorm.gamma")
                .replacingOccurrences(of: "LayerNorm.bias", with: "LayerNorm.beta")
            old.arrays["bert." + name] = array
        }
        try old.write(to: folder.path("model.safetensors"))
        try FileManager.default.copyItem(
            atPath: Fixture.path("bert-tiny/config.json"),
            toPath: folder.path("config.json")
        )
        let (first, second) = (
            try LanguageModel(folder: Fixture.path("bert-tiny")), try LanguageModel(folder: folder.path)
        )
        for (a, b) in zip(first.parameters.parameters, second.parameters.parameters) {
            #expect(Array(a.values) == Array(b.values), "\(a.name)")
        }
    }

    /// Written under the names of its family and read again it is the same, numbers and tokens.
    @Test(arguments: ["bert-tiny", "distilbert-tiny", "roberta-tiny", "gpt2-tiny"])
    func comesBackFromItsFile(name: String) throws {
        let folder = try TemporaryFolder()
        let model = try LanguageModel(folder: Fixture.path(name))
        try ModelStore().write(model, like: Fixture.path(name), to: folder.path("copy"))
        let copy = try LanguageModel(folder: folder.path("copy"))
        #expect(copy.configuration == model.configuration && copy.fingerprint == model.fingerprint)
        for (a, b) in zip(model.parameters.parameters, copy.parameters.parameters) {
            #expect(Array(a.values) == Array(b.values), "\(a.name)")
        }
    }

    /// All of it trains: every parameter's gradient against finite differences, through pooling and normalisation.
    @Test(arguments: [LanguageModelConfiguration.Family.bert, .gpt2])
    func gradientsAreAccurate(family: LanguageModelConfiguration.Family) throws {
        let configuration = try LanguageModelConfiguration.tiny(family)
        let model = LanguageModel(configuration, seed: 3)
        var random = RandomSource(seed: 4)
        for parameter in model.parameters.parameters {
            // The norm right after the tables bends too much for differences where their numbers are small.
            let deviation: Float = ["tokens", "positions", "types"].contains(parameter.name) ? 1.2 : 0.3
            for index in parameter.values.indices { parameter.values[index] += deviation * random.normal() }
        }
        let tokens = PackedTokens(for: configuration)
        tokens.append([3, 1, 4, 1, 5])
        tokens.append([2, 6])
        let check = GradientCheck(model.parameters, difference: .fourPoint(0.02)) { tape in
            tape.normalizeRows(tape.meanOfSequences(model.states(of: tokens, on: tape), offsets: tokens.offsets))
        }
        // A formula with a term forgotten is off by more.
        for (name, error) in check.errors() { #expect(error < 1e-2, "\(name) is off by \(error)") }
    }

    // MARK: Damage

    private func damaged(_ change: (inout Checkpoint, inout String) -> Void) throws -> FreshetError? {
        let folder = try TemporaryFolder()
        var checkpoint = try Checkpoint.mapped(from: Fixture.path("bert-tiny/model.safetensors"))
        var configuration = try String(contentsOfFile: Fixture.path("bert-tiny/config.json"), encoding: .utf8)
        change(&checkpoint, &configuration)
        try checkpoint.write(to: folder.path("model.safetensors"))
        try folder.write(configuration, to: "config.json")
        let error = #expect(throws: FreshetError.self) { try LanguageModel(folder: folder.path) }
        #expect(error?.kind == .invalidData && error?.message.contains(folder.path) == true)
        return error
    }

    @Test func saysWhatIsMissing() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FreshetError.self) { try LanguageModel(folder: folder.path) }
        try FileManager.default.copyItem(
            atPath: Fixture.path("bert-tiny/config.json"),
            toPath: folder.path("config.json")
        )
        let error = #expect(throws: FreshetError.self) { try LanguageModel(folder: folder.path) }
        #expect(error?.message.contains("no weights") == true)
        let lacking = try damaged { checkpoint, _ in checkpoint.arrays["encoder.layer.1.output.dense.bias"] = nil }
        #expect(lacking?.message.contains("encoder.layer.1.output.dense.bias") == true)
        let headless = try damaged { checkpoint, _ in checkpoint.arrays["embeddings.word_embeddings.weight"] = nil }
        #expect(headless?.message.contains("word_embeddings") == true)
    }

    @Test func saysWhatDoesNotFit() throws {
        let name = "encoder.layer.0.intermediate.dense.weight"
        let shape = try damaged { checkpoint, _ in
            checkpoint.arrays[name] = StoredArray([Float](repeating: 0, count: 64 * 32), shape: [32, 64])
        }
        #expect(shape?.message.contains("[32, 64]") == true)
        let kind = try damaged { checkpoint, _ in
            checkpoint.arrays[name] = StoredArray([Int32](repeating: 0, count: 64 * 32), shape: [64, 32])
        }
        #expect(kind?.message.contains("no floats") == true)
        let infinite = try damaged { checkpoint, _ in
            checkpoint.arrays[name] = StoredArray([Float](repeating: .infinity, count: 64 * 32), shape: [64, 32])
        }
        #expect(infinite?.message.contains("not finite") == true)
    }

    /// A configuration that asks for more than the files hold must not make us allocate it.
    @Test(arguments: [
        (#""model_type": "bert""#, #""model_type": "llama""#, "llama"),
        (#""num_hidden_layers": 2"#, #""num_hidden_layers": 9999999"#, "too few"),
        (#""intermediate_size": 64"#, #""intermediate_size": 9999999"#, "too few"),
        (#""vocab_size": 200"#, #""vocab_size": 9999999"#, "word_embeddings"),
        (#""hidden_size": 32"#, #""hidden_size": 31"#, "hold together"),
        (#""hidden_size": 32"#, #""hidden_size": -32"#, "hidden_size"),
        (#""hidden_act": "gelu""#, #""hidden_act": "maxout""#, "maxout"),
        (#""is_decoder": false"#, #""is_decoder": true"#, "is_decoder"),
        (#""max_position_embeddings": 64,"#, "", "max_position_embeddings"),
    ])
    func refusesAConfigurationThatLies(old: String, new: String, hint: String) throws {
        let error = try damaged { _, configuration in
            #expect(configuration.contains(old))
            configuration = configuration.replacingOccurrences(of: old, with: new)
        }
        #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
    }
}

extension LanguageModelConfiguration {
    /// A network small enough for finite differences.
    static func tiny(_ family: Family) throws -> LanguageModelConfiguration {
        let text =
            family == .gpt2
            ? #"{"model_type":"gpt2","n_embd":4,"n_layer":2,"n_head":2,"n_positions":6,"vocab_size":8,"resid_pdrop":0}"#
            : """
            {"model_type":"bert","hidden_size":4,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":6,
            "max_position_embeddings":6,"vocab_size":8,"type_vocab_size":2,"hidden_dropout_prob":0}
            """
        let bytes = Array(text.utf8)
        return try LanguageModelConfiguration(bytes.withUnsafeBufferPointer { try JSONDocument($0) })
    }
}

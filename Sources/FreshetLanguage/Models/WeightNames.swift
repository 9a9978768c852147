import FreshetCore
import FreshetNN
import FreshetTensor

/// Where a parameter's numbers stand in a model's files: a part of an array, or of several side by side.
struct WeightSource {
    /// The array.
    let name: String
    /// Whether it is stored with rows for outputs.
    var isTransposed = false
    /// The columns to take, after transposing; all unless given.
    var columns: Range<Int>?
}

extension LanguageNetwork {
    /// Every parameter in floats with what its numbers are made of.
    var sources: [(parameter: Parameter, parts: [WeightSource])] {
        switch configuration.family {
        case .bert, .roberta, .xlmRoberta: bertSources
        case .distilBert: distilBertSources
        case .gpt2: gpt2Sources
        }
    }

    private static func linear(_ projection: Projection, _ names: String...) -> [(Parameter, [WeightSource])] {
        (projection.weight.map { [($0, names.map { WeightSource(name: "\($0).weight", isTransposed: true) })] } ?? [])
            + (projection.bias.map { bias in [(bias, names.map { WeightSource(name: "\($0).bias") })] } ?? [])
    }

    private static func norm(_ norm: LayerNorm, _ name: String) -> [(Parameter, [WeightSource])] {
        [(norm.gain, [WeightSource(name: "\(name).weight")]), (norm.bias, [WeightSource(name: "\(name).bias")])]
    }

    private func embeddings(_ prefix: String) -> [(Parameter, [WeightSource])] {
        var sources = [(positionTable, [WeightSource(name: "\(prefix)position_embeddings.weight")])]
        if case .floats(let table) = tokenTable {
            sources.append((table, [WeightSource(name: "\(prefix)word_embeddings.weight")]))
        }
        if let typeTable { sources.append((typeTable, [WeightSource(name: "\(prefix)token_type_embeddings.weight")])) }
        if let embeddingNorm { sources += Self.norm(embeddingNorm, "\(prefix)LayerNorm") }
        return sources
    }

    private var bertSources: [(Parameter, [WeightSource])] {
        layers.enumerated().reduce(into: embeddings("embeddings.")) { sources, entry in
            let (name, layer) = ("encoder.layer.\(entry.offset)", entry.element)
            sources += Self.linear(layer.query, "\(name).attention.self.query")
            sources += Self.linear(layer.keysAndValues, "\(name).attention.self.key", "\(name).attention.self.value")
            sources += Self.linear(layer.attentionOutput, "\(name).attention.output.dense")
            sources += Self.norm(layer.attentionNorm, "\(name).attention.output.LayerNorm")
            sources += Self.linear(layer.inner, "\(name).intermediate.dense")
            sources += Self.linear(layer.outer, "\(name).output.dense")
            sources += Self.norm(layer.outerNorm, "\(name).output.LayerNorm")
        }
    }

    private var distilBertSources: [(Parameter, [WeightSource])] {
        layers.enumerated().reduce(into: embeddings("embeddings.")) { sources, entry in
            let (name, layer) = ("transformer.layer.\(entry.offset)", entry.element)
            sources += Self.linear(layer.query, "\(name).attention.q_lin")
            sources += Self.linear(layer.keysAndValues, "\(name).attention.k_lin", "\(name).attention.v_lin")
            sources += Self.linear(layer.attentionOutput, "\(name).attention.out_lin")
            sources += Self.norm(layer.attentionNorm, "\(name).sa_layer_norm")
            sources += Self.linear(layer.inner, "\(name).ffn.lin1")
            sources += Self.linear(layer.outer, "\(name).ffn.lin2")
            sources += Self.norm(layer.outerNorm, "\(name).output_layer_norm")
        }
    }

    /// GPT-2 stores its products as they are used, and query, key and value in one.
    private var gpt2Sources: [(Parameter, [WeightSource])] {
        let C = configuration.width
        func product(
            _ projection: Projection,
            _ name: String,
            columns: Range<Int>? = nil
        ) -> [(Parameter, [WeightSource])] {
            (projection.weight.map { [($0, [WeightSource(name: "\(name).weight", columns: columns)])] } ?? [])
                + (projection.bias.map { [($0, [WeightSource(name: "\(name).bias", columns: columns)])] } ?? [])
        }
        var sources = [(positionTable, [WeightSource(name: "wpe.weight")])]
        if case .floats(let table) = tokenTable { sources.append((table, [WeightSource(name: "wte.weight")])) }
        for (number, layer) in layers.enumerated() {
            let name = "h.\(number)"
            sources += Self.norm(layer.attentionNorm, "\(name).ln_1")
            sources += product(layer.query, "\(name).attn.c_attn", columns: 0..<C)
            sources += product(layer.keysAndValues, "\(name).attn.c_attn", columns: C..<3 * C)
            sources += product(layer.attentionOutput, "\(name).attn.c_proj")
            sources += Self.norm(layer.outerNorm, "\(name).ln_2")
            sources += product(layer.inner, "\(name).mlp.c_fc")
            sources += product(layer.outer, "\(name).mlp.c_proj")
        }
        if let finalNorm { sources += Self.norm(finalNorm, "ln_f") }
        return sources
    }
}

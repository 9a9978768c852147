import FreshetNN
import FreshetTensor

/// The forward pass of a language model.
struct LanguageNetwork: Sendable {
    let configuration: LanguageModelConfiguration
    let parameters: ParameterSet
    let tokenTable: Parameter
    let positionTable: Parameter
    let typeTable: Parameter?
    /// Of the embeddings; causal models have none.
    let embeddingNorm: LayerNorm?
    let layers: [LanguageLayer]
    /// Of the last layer's result, in causal models.
    let finalNorm: LayerNorm?

    /// Builds a network whose numbers are drawn with a seed, or all zero without one, for weights to be copied into.
    init(_ configuration: LanguageModelConfiguration, seed: UInt64?) {
        var builder = NetworkBuilder(seed: seed)
        let (C, isCausal) = (configuration.width, configuration.family.isCausal)
        // A causal model's table is its output too, where every row has a gradient.
        tokenTable = builder.make(
            "tokens",
            rows: configuration.vocabulary,
            columns: C,
            .normal(0.02),
            layout: isCausal ? .dense : .rows
        )
        positionTable = builder.make("positions", rows: configuration.positions, columns: C, .normal(0.02))
        typeTable =
            configuration.types > 0 ? builder.make("types", rows: configuration.types, columns: C, .normal(0.02)) : nil
        embeddingNorm =
            isCausal ? nil : LayerNorm("embeddingNorm", C, epsilon: configuration.epsilon, in: &builder)
        layers = (0..<configuration.layers).map { LanguageLayer("layers.\($0)", configuration, in: &builder) }
        finalNorm = isCausal ? LayerNorm("finalNorm", C, epsilon: configuration.epsilon, in: &builder) : nil
        parameters = builder.set
        self.configuration = configuration
    }

    /// The vectors of the tokens after the embeddings and after each layer, `[N, C]` each.
    ///
    /// The last one of a causal model is normalised.
    func states(of tokens: PackedTokens, on tape: Tape) -> [Tensor] {
        var x = tape.add(
            tape.gather(tokenTable, tokens.ids.indices),
            tape.gather(positionTable, tokens.positions.indices)
        )
        if let typeTable { x = tape.add(x, tape.gather(typeTable, tokens.types.indices)) }
        if let embeddingNorm { x = embeddingNorm(x, on: tape) }
        x = tape.dropout(x, rate: configuration.dropout)
        var states = [x]
        for (place, layer) in layers.enumerated() {
            x = layer(x, configuration, offsets: tokens.offsets, on: tape)
            if let finalNorm, place == layers.count - 1 { x = finalNorm(x, on: tape) }
            states.append(x)
        }
        return states
    }
}

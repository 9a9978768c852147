import FreshetNN
import FreshetTensor

/// The forward pass of a language model.
struct LanguageNetwork: Sendable {
    let configuration: LanguageModelConfiguration
    /// What training changes; nothing of a network in bytes.
    private(set) var parameters: ParameterSet
    private(set) var tokenTable: TokenTable
    let positionTable: Parameter
    let typeTable: Parameter?
    /// Of the embeddings; causal models have none.
    let embeddingNorm: LayerNorm?
    private(set) var layers: [LanguageLayer]
    /// Of the last layer's result, in causal models.
    let finalNorm: LayerNorm?

    /// Builds a network whose numbers are drawn with a seed, or all zero without one, for weights to be copied into.
    init(_ configuration: LanguageModelConfiguration, seed: UInt64?) {
        var builder = NetworkBuilder(seed: seed)
        let (C, isCausal) = (configuration.width, configuration.family.isCausal)
        // A causal model's table is its output too, where every row has a gradient.
        tokenTable = .floats(
            builder.make(
                "tokens",
                rows: configuration.vocabulary,
                columns: C,
                .normal(0.02),
                layout: isCausal ? .dense : .rows
            )
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

    /// What the table of the tokens is for: a causal model's is its output too.
    var tableUse: ByteMatrix.Use { configuration.family.isCausal ? .products : .columns }

    /// The network with its matrices and the table of its tokens in bytes, made by functions of the parameters.
    func inBytes(
        _ matrix: (Parameter) throws -> ByteMatrix,
        table: (Parameter) throws -> ByteMatrix
    ) rethrows -> LanguageNetwork {
        var network = self
        if case .floats(let tokens) = tokenTable { network.tokenTable = .bytes(try table(tokens)) }
        network.layers = try layers.map { try $0.inBytes(matrix) }
        network.parameters = ParameterSet()
        return network
    }

    /// The vectors of the tokens after the embeddings and after each layer, `[N, C]` each.
    ///
    /// The last one of a causal model is normalised.
    func states(of tokens: PackedTokens, on tape: Tape) -> [Tensor] {
        layers.indices.reduce(into: [embeddings(of: tokens, on: tape)]) { states, place in
            states.append(layer(place, states[place], tokens, tape))
        }
    }

    /// The vectors of the tokens after the last layer, `[N, C]`; a tape that does not record has memory for one layer only.
    func lastState(of tokens: PackedTokens, on tape: Tape) -> Tensor {
        layers.indices.reduce(tape.keepingResult(of: { embeddings(of: tokens, on: tape) })) { x, place in
            tape.keepingResult { layer(place, x, tokens, tape) }
        }
    }

    private func embeddings(of tokens: PackedTokens, on tape: Tape) -> Tensor {
        var x = tape.add(
            tokenTable(tokens.ids.indices, on: tape),
            tape.gather(positionTable, tokens.positions.indices)
        )
        if let typeTable { x = tape.add(x, tape.gather(typeTable, tokens.types.indices)) }
        if let embeddingNorm { x = embeddingNorm(x, on: tape) }
        return tape.dropout(x, rate: configuration.dropout)
    }

    private func layer(_ place: Int, _ x: Tensor, _ tokens: PackedTokens, _ tape: Tape) -> Tensor {
        let y = layers[place](x, configuration, offsets: tokens.offsets, on: tape)
        guard let finalNorm, place == layers.count - 1 else { return y }
        return finalNorm(y, on: tape)
    }
}

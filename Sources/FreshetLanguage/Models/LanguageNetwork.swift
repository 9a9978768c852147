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
    /// Vectors that were learned to stand before every text, `[P, C]`.
    private(set) var prompt: Parameter?
    /// Of the last layer's result, in causal models.
    let finalNorm: LayerNorm?
    /// How many parts training leaves as they are, from the embeddings on.
    let frozenParts: Int
    /// Whether a recorded pass keeps nothing of a layer but its result, and computes it again on the way back.
    var recomputes = false

    /// Builds a network whose numbers are drawn with a seed, or all zero without one, for weights to be copied into.
    init(_ configuration: LanguageModelConfiguration, seed: UInt64?) {
        var builder = NetworkBuilder(seed: seed)
        self.init(configuration, in: &builder)
    }

    /// Builds a network beside what else a builder holds.
    ///
    /// - Parameters:
    ///   - configuration: its shape.
    ///   - tuning: what of it is to be learned.
    ///   - builder: takes its parameters.
    init(_ configuration: LanguageModelConfiguration, _ tuning: TuningMethod = .all, in builder: inout NetworkBuilder) {
        let (C, isCausal) = (configuration.width, configuration.family.isCausal)
        frozenParts = tuning.frozenParts(of: configuration)
        builder.isFrozen = !tuning.trains(part: 0, of: configuration)
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
        layers = (0..<configuration.layers).map { layer in
            builder.isFrozen = !tuning.trains(part: layer + 1, of: configuration)
            return LanguageLayer("layers.\(layer)", configuration, in: &builder)
        }
        finalNorm = isCausal ? LayerNorm("finalNorm", C, epsilon: configuration.epsilon, in: &builder) : nil
        builder.isFrozen = false
        if case .lowRank(let settings) = tuning {
            builder.draws = true
            for layer in layers.indices {
                layers[layer].addAdapters("layers.\(layer)", to: settings.matrices) {
                    LowRankAdapter($0, inputs: $1, columns: $2, settings, in: &builder)
                }
            }
        }
        if case .adaptiveLowRank(let settings) = tuning {
            builder.draws = true
            for layer in layers.indices {
                layers[layer].addAdapters("layers.\(layer)", to: settings.matrices) {
                    SingularValueAdapter($0, inputs: $1, columns: $2, settings, in: &builder)
                }
            }
        }
        if case .prompt(let tokens) = tuning {
            builder.draws = true
            prompt = builder.make("prompt", rows: tokens, columns: C, .normal(0.02))
        }
        if case .bottleneck(let width) = tuning {
            builder.draws = true
            for layer in layers.indices {
                layers[layer].addBottlenecks("layers.\(layer)", channels: C, width: width, in: &builder)
            }
        }
        parameters = builder.set
        self.configuration = configuration
    }

    /// The products of all layers.
    var projections: [Projection] { layers.flatMap(\.projections) }

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

    /// The vectors of the tokens after the embeddings and after each layer, `[N, C]` each, without a ``prompt``.
    ///
    /// The last one of a causal model is normalised.
    func states(of tokens: PackedTokens, on tape: Tape) -> [Tensor] {
        layers.indices.reduce(into: [embeddings(of: tokens, on: tape)]) { states, place in
            states.append(layer(place, states[place], tokens.offsets, tape))
        }
    }

    /// The vectors of the tokens after the last layer, `[N, C]`; a tape that does not record has memory for one layer only.
    ///
    /// What training leaves as it is is not recorded, unless the vectors of the tokens are moved, when the way back ends there.
    func lastState(
        of tokens: PackedTokens,
        on tape: Tape,
        movedBy perturbation: EmbeddingPerturbation? = nil
    ) -> Tensor {
        let unrecorded = perturbation == nil ? frozenParts : 0
        func run(_ part: Int, _ body: () -> Tensor) -> Tensor {
            part < unrecorded
                ? tape.withoutRecording { tape.keepingResult(of: body) } : tape.keepingResult(of: body)
        }
        let embedded = run(0) { embeddings(of: tokens, on: tape, movedBy: perturbation) }
        func through(_ x: Tensor, _ offsets: [Int]) -> Tensor {
            layers.indices.reduce(x) { x, place in
                guard recomputes, tape.isRecording, place + 1 >= unrecorded else {
                    return run(place + 1) { layer(place, x, offsets, tape) }
                }
                return tape.recomputed(x) { layer(place, $0, offsets, $1) }
            }
        }
        guard let prompt else { return through(embedded, tokens.offsets) }
        let offsets = tokens.prompted(by: prompt.rows)
        let states = through(tape.prependRows(prompt, to: embedded, offsets: tokens.offsets), offsets)
        return tape.selectRows(states, tokens.ownRows.indices)
    }

    /// The vectors of tokens that go on after what a causal model has read, after the last layer, `[N, C]`.
    ///
    /// - Parameters:
    ///   - tokens: the tokens, at the places that follow.
    ///   - cache: what was read, and takes what is read now where it keeps.
    ///   - tape: the pass, which must not record.
    /// - Returns: the vectors.
    func states(of tokens: PackedTokens, after cache: KeyValueCache, on tape: Tape) -> Tensor {
        let embedded = tape.keepingResult { embeddings(of: tokens, on: tape) }
        let states = layers.indices.reduce(embedded) { x, place in
            tape.keepingResult {
                layer(place, x, tokens.offsets, tape, after: LayerPast(cache: cache, layer: place))
            }
        }
        cache.finishPass(of: tokens.count)
        return states
    }

    private func embeddings(
        of tokens: PackedTokens,
        on tape: Tape,
        movedBy perturbation: EmbeddingPerturbation? = nil
    ) -> Tensor {
        var x = tape.add(
            tokenTable(tokens.ids.indices, on: tape),
            tape.gather(positionTable, tokens.positions.indices)
        )
        if let typeTable { x = tape.add(x, tape.gather(typeTable, tokens.types.indices)) }
        if let perturbation { x = perturbation.applied(to: x, on: tape) }
        if let embeddingNorm { x = embeddingNorm(x, on: tape) }
        return tape.dropout(x, rate: configuration.dropout)
    }

    private func layer(
        _ place: Int,
        _ x: Tensor,
        _ offsets: [Int],
        _ tape: Tape,
        after past: LayerPast? = nil
    ) -> Tensor {
        let y = layers[place](x, configuration, offsets: offsets, after: past, on: tape)
        guard let finalNorm, place == layers.count - 1 else { return y }
        return finalNorm(y, on: tape)
    }
}

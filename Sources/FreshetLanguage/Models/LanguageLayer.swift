import FreshetNN
import FreshetTensor

/// One layer: attention, then two products with a function between them, each beside a way past it.
struct LanguageLayer: Sendable {
    var query: Projection
    /// Keys and values side by side.
    var keysAndValues: Projection
    var attentionOutput: Projection
    var inner: Projection
    var outer: Projection
    /// Of the attention, and of the second half: after it, or before it in causal models.
    let attentionNorm: LayerNorm
    let outerNorm: LayerNorm
    /// What learns behind the two halves instead of their matrices.
    private(set) var bottlenecks: (attention: Bottleneck, outer: Bottleneck)?

    init(_ name: String, _ configuration: LanguageModelConfiguration, in builder: inout NetworkBuilder) {
        let (C, inside) = (configuration.width, configuration.innerWidth)
        query = .floats(Linear("\(name).query", C, C, in: &builder))
        keysAndValues = .floats(Linear("\(name).keysAndValues", C, 2 * C, in: &builder))
        attentionOutput = .floats(Linear("\(name).attentionOutput", C, C, in: &builder))
        inner = .floats(Linear("\(name).inner", C, inside, in: &builder))
        outer = .floats(Linear("\(name).outer", inside, C, in: &builder))
        attentionNorm = LayerNorm("\(name).attentionNorm", C, epsilon: configuration.epsilon, in: &builder)
        outerNorm = LayerNorm("\(name).outerNorm", C, epsilon: configuration.epsilon, in: &builder)
    }

    /// Lets matrices learn by adapters beside them.
    ///
    /// - Parameters:
    ///   - name: what the layer is called.
    ///   - matrices: which matrices.
    ///   - make: makes an adapter by its name, inputs and columns.
    mutating func addAdapters(
        _ name: String,
        to matrices: [AdaptedMatrix],
        _ make: (_ name: String, _ inputs: Int, _ columns: Range<Int>) -> any MatrixAdapter
    ) {
        let C = query.weight?.rows ?? 0
        for matrix in AdaptedMatrix.allCases where matrices.contains(matrix) {
            let path = projection(of: matrix)
            let columns = matrix == .key ? 0..<C : matrix == .value ? C..<2 * C : nil
            self[keyPath: path].addAdapter(columns: columns) { make("\(name).\(matrix.rawValue)", $0, $1) }
        }
    }

    /// Lets the layer learn by narrow networks behind its halves.
    mutating func addBottlenecks(_ name: String, channels: Int, width: Int, in builder: inout NetworkBuilder) {
        bottlenecks = (
            Bottleneck("\(name).attentionBottleneck", channels: channels, width: width, in: &builder),
            Bottleneck("\(name).outerBottleneck", channels: channels, width: width, in: &builder)
        )
    }

    /// Where a matrix stands.
    private func projection(of matrix: AdaptedMatrix) -> WritableKeyPath<LanguageLayer, Projection> {
        switch matrix {
        case .query: \.query
        case .key, .value: \.keysAndValues
        case .output: \.attentionOutput
        case .inner: \.inner
        case .outer: \.outer
        }
    }

    /// Its products.
    var projections: [Projection] { [query, keysAndValues, attentionOutput, inner, outer] }

    /// Maps `[N, C]` to `[N, C]`.
    ///
    /// - Parameters:
    ///   - x: the vectors of the tokens.
    ///   - configuration: what the model's file says.
    ///   - offsets: where each text begins, and the end.
    ///   - past: what a causal model has read before, if anything.
    ///   - tape: the pass.
    /// - Returns: the vectors after the layer.
    func callAsFunction(
        _ x: Tensor,
        _ configuration: LanguageModelConfiguration,
        offsets: [Int],
        after past: LayerPast? = nil,
        on tape: Tape
    ) -> Tensor {
        guard configuration.family.isCausal else {
            let h = attentionNorm(tape.add(x, attention(x, configuration, offsets, nil, tape)), on: tape)
            return outerNorm(tape.add(h, feedForward(h, configuration, tape)), on: tape)
        }
        let h = tape.add(x, attention(attentionNorm(x, on: tape), configuration, offsets, past, tape))
        return tape.add(h, feedForward(outerNorm(h, on: tape), configuration, tape))
    }

    /// The layer with its matrices in bytes.
    func inBytes(_ matrix: (Parameter) throws -> ByteMatrix) rethrows -> LanguageLayer {
        var layer = self
        layer.query = try query.inBytes(matrix)
        layer.keysAndValues = try keysAndValues.inBytes(matrix)
        layer.attentionOutput = try attentionOutput.inBytes(matrix)
        layer.inner = try inner.inBytes(matrix)
        layer.outer = try outer.inBytes(matrix)
        return layer
    }

    private func attention(
        _ x: Tensor,
        _ configuration: LanguageModelConfiguration,
        _ offsets: [Int],
        _ past: LayerPast?,
        _ tape: Tape
    ) -> Tensor {
        let (queries, keysAndValues) = (query(x, on: tape), keysAndValues(x, on: tape))
        let heads = configuration.heads
        let seen: Tensor
        if let past {
            seen = tape.causalAttention(
                queries: queries,
                keysAndValues: keysAndValues,
                heads: heads,
                offsets: offsets,
                after: past.keysAndValues
            )
            past.keep(keysAndValues)
        } else if configuration.family.isCausal {
            seen = tape.causalAttention(
                queries: queries,
                keysAndValues: keysAndValues,
                heads: heads,
                offsets: offsets,
                dropout: configuration.dropout
            )
        } else {
            seen = tape.attention(
                queries: queries,
                keysAndValues: keysAndValues,
                heads: heads,
                offsets: offsets,
                dropout: configuration.dropout
            )
        }
        let told = tape.dropout(attentionOutput(seen, on: tape), rate: configuration.dropout)
        return bottlenecks?.attention(told, configuration.activation, on: tape) ?? told
    }

    private func feedForward(_ x: Tensor, _ configuration: LanguageModelConfiguration, _ tape: Tape) -> Tensor {
        let y = outer(tape.activate(inner(x, on: tape), configuration.activation), on: tape)
        let dropped = tape.dropout(y, rate: configuration.dropout)
        return bottlenecks?.outer(dropped, configuration.activation, on: tape) ?? dropped
    }
}

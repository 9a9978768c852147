import FreshetNN
import FreshetTensor

/// One layer: attention, then two products with a function between them, each beside a way past it.
struct LanguageLayer: Sendable {
    let query: Linear
    /// Keys and values side by side.
    let keysAndValues: Linear
    let attentionOutput: Linear
    let inner: Linear
    let outer: Linear
    /// Of the attention, and of the second half: after it, or before it in causal models.
    let attentionNorm: LayerNorm
    let outerNorm: LayerNorm

    init(_ name: String, _ configuration: LanguageModelConfiguration, in builder: inout NetworkBuilder) {
        let (C, inside) = (configuration.width, configuration.innerWidth)
        query = Linear("\(name).query", C, C, in: &builder)
        keysAndValues = Linear("\(name).keysAndValues", C, 2 * C, in: &builder)
        attentionOutput = Linear("\(name).attentionOutput", C, C, in: &builder)
        inner = Linear("\(name).inner", C, inside, in: &builder)
        outer = Linear("\(name).outer", inside, C, in: &builder)
        attentionNorm = LayerNorm("\(name).attentionNorm", C, epsilon: configuration.epsilon, in: &builder)
        outerNorm = LayerNorm("\(name).outerNorm", C, epsilon: configuration.epsilon, in: &builder)
    }

    /// Maps `[N, C]` to `[N, C]`.
    func callAsFunction(
        _ x: Tensor,
        _ configuration: LanguageModelConfiguration,
        offsets: [Int],
        on tape: Tape
    ) -> Tensor {
        guard configuration.family.isCausal else {
            let h = attentionNorm(tape.add(x, attention(x, configuration, offsets, tape)), on: tape)
            return outerNorm(tape.add(h, feedForward(h, configuration, tape)), on: tape)
        }
        let h = tape.add(x, attention(attentionNorm(x, on: tape), configuration, offsets, tape))
        return tape.add(h, feedForward(outerNorm(h, on: tape), configuration, tape))
    }

    private func attention(
        _ x: Tensor,
        _ configuration: LanguageModelConfiguration,
        _ offsets: [Int],
        _ tape: Tape
    ) -> Tensor {
        let (queries, keysAndValues) = (query(x, on: tape), keysAndValues(x, on: tape))
        let seen =
            configuration.family.isCausal
            ? tape.causalAttention(
                queries: queries,
                keysAndValues: keysAndValues,
                heads: configuration.heads,
                offsets: offsets,
                dropout: configuration.dropout
            )
            : tape.attention(
                queries: queries,
                keysAndValues: keysAndValues,
                heads: configuration.heads,
                offsets: offsets,
                dropout: configuration.dropout
            )
        return tape.dropout(attentionOutput(seen, on: tape), rate: configuration.dropout)
    }

    private func feedForward(_ x: Tensor, _ configuration: LanguageModelConfiguration, _ tape: Tape) -> Tensor {
        let y = outer(tape.activate(inner(x, on: tape), configuration.activation), on: tape)
        return tape.dropout(y, rate: configuration.dropout)
    }
}

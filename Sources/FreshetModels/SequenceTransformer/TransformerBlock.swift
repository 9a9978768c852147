import FreshetNN
import FreshetTensor

/// One block of the transformer: attention over the past, then a feed-forward layer, each added to its input.
public struct TransformerBlock: Sendable {
    /// The layouts of published models.
    public enum Style: String, Sendable, Codable, CaseIterable {
        /// SASRec (Kang and McAuley, 2018): only queries are normalised, ReLU, the residual starts at the normalised input.
        case original
        /// Normalisation before each part (Xiong and others, 2020), GELU.
        case preNorm
        /// LiGR (Borisyuk and others, 2025): as `preNorm`, SwiGLU, each part gated by a sigmoid of its raw input.
        case gated
    }

    private let style: Style
    private let heads: Int
    private let dropout: Float
    private let attentionDropout: Float
    private let attentionNorm: LayerNorm
    private let query: Linear
    private let keyValue: Linear
    private let output: Linear
    private let relative: Parameter?
    private let feedForwardNorm: LayerNorm
    private let expand: Linear
    private let gate: Linear?
    private let contract: Linear
    private let attentionGate: Linear?
    private let feedForwardGate: Linear?

    init(_ name: String, _ configuration: SequenceTransformer.Configuration, in builder: inout NetworkBuilder) {
        let C = configuration.channels
        let hidden = max(1, Int((Double(C) * configuration.feedForwardMultiplier).rounded()))
        style = configuration.blockStyle
        heads = configuration.heads
        dropout = configuration.dropout
        attentionDropout = configuration.attentionDropout
        let bias = style != .gated
        attentionNorm = LayerNorm("\(name).attention.norm", C, in: &builder)
        query = Linear("\(name).attention.query", C, C, bias: bias, in: &builder)
        keyValue = Linear("\(name).attention.keyValue", C, 2 * C, bias: bias, in: &builder)
        output = Linear("\(name).attention.output", C, C, bias: bias, in: &builder)
        relative =
            configuration.relativePositions > 0
            ? builder.make(
                "\(name).attention.relative",
                rows: heads,
                columns: configuration.relativePositions,
                .constant(0)
            )
            : nil
        feedForwardNorm = LayerNorm("\(name).feedForward.norm", C, in: &builder)
        expand = Linear("\(name).feedForward.expand", C, hidden, bias: bias, in: &builder)
        contract = Linear("\(name).feedForward.contract", hidden, C, bias: bias, in: &builder)
        guard style == .gated else {
            (gate, attentionGate, feedForwardGate) = (nil, nil, nil)
            return
        }
        gate = Linear("\(name).feedForward.gate", C, hidden, bias: false, in: &builder)
        attentionGate = Linear("\(name).attention.residualGate", C, C, bias: false, in: &builder)
        feedForwardGate = Linear("\(name).feedForward.residualGate", C, C, bias: false, in: &builder)
    }

    /// What the events of a pass attend to.
    enum Past {
        /// Packed sequences, each from its beginning; the offsets say where they begin. Where only some events are
        /// wanted, the rows are theirs, ascending.
        case packed(offsets: [Int], rows: UnsafeBufferPointer<Int32>? = nil)
        /// One new event of a sequence whose earlier keys and values are kept.
        case cached(KeyValueCache)
    }

    /// Maps `[N, C]` to `[N, C]`, or to `[Q, C]` where only `Q` rows are wanted.
    func callAsFunction(_ input: Tensor, past: Past, on tape: Tape) -> Tensor {
        let x = wanted(input, past, on: tape)
        let normalInput = attentionNorm(input, on: tape)
        let normal = wanted(normalInput, past, on: tape)
        switch style {
        case .original:
            let attended = tape.add(normal, attend(normal, input, past, on: tape))
            let normalized = feedForwardNorm(attended, on: tape)
            return tape.add(normalized, feedForward(normalized, .relu, on: tape))
        case .preNorm:
            let attended = tape.add(x, tape.dropout(attend(normal, normalInput, past, on: tape), rate: dropout))
            return tape.add(attended, feedForward(feedForwardNorm(attended, on: tape), .gelu, on: tape))
        case .gated:
            let attention = tape.dropout(attend(normal, normalInput, past, on: tape), rate: dropout)
            let attended = tape.add(x, gated(attention, by: attentionGate, of: x, on: tape))
            let fed = feedForward(feedForwardNorm(attended, on: tape), .silu, on: tape)
            return tape.add(attended, gated(fed, by: feedForwardGate, of: attended, on: tape))
        }
    }

    /// The rows that the block's result is wanted for.
    private func wanted(_ x: Tensor, _ past: Past, on tape: Tape) -> Tensor {
        guard case .packed(_, let rows?) = past else { return x }
        return tape.selectRows(x, rows)
    }

    private func attend(_ queries: Tensor, _ keys: Tensor, _ past: Past, on tape: Tape) -> Tensor {
        let (queries, keysAndValues) = (query(queries, on: tape), keyValue(keys, on: tape))
        let attended =
            switch past {
            case .packed(let offsets, let rows):
                tape.causalAttention(
                    queries: queries,
                    keysAndValues: keysAndValues,
                    heads: heads,
                    offsets: offsets,
                    rows: rows,
                    bias: relative,
                    dropout: attentionDropout
                )
            case .cached(let cache):
                tape.cachedAttention(
                    query: queries,
                    keyAndValue: keysAndValues,
                    cache: cache,
                    heads: heads,
                    bias: relative
                )
            }
        return output(attended, on: tape)
    }

    private func feedForward(_ x: Tensor, _ activation: Activation, on tape: Tape) -> Tensor {
        var hidden = tape.activate(expand(x, on: tape), activation)
        if let gate { hidden = tape.multiplyElements(hidden, gate(x, on: tape)) }
        hidden = tape.dropout(hidden, rate: dropout)
        return tape.dropout(contract(hidden, on: tape), rate: dropout)
    }

    private func gated(_ y: Tensor, by gate: Linear?, of x: Tensor, on tape: Tape) -> Tensor {
        guard let gate else { return y }
        return tape.multiplyElements(y, tape.activate(gate(x, on: tape), .sigmoid))
    }
}

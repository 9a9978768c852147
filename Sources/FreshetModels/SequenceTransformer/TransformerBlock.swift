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

    /// Maps `[N, C]` to `[N, C]`, or to `[Q, C]` where only `Q` rows are wanted.
    ///
    /// - Parameters:
    ///   - input: packed sequences of `N` events.
    ///   - offsets: where each sequence begins, and the end.
    ///   - rows: the rows that are wanted, ascending; all unless given.
    ///   - tape: where the operations are recorded.
    /// - Returns: the result of each row that is wanted.
    func callAsFunction(
        _ input: Tensor,
        offsets: [Int],
        rows: UnsafeBufferPointer<Int32>? = nil,
        on tape: Tape
    ) -> Tensor {
        let normalInput = attentionNorm(input, on: tape)
        let x = rows.map { tape.selectRows(input, $0) } ?? input
        let normal = rows.map { tape.selectRows(normalInput, $0) } ?? normalInput
        switch style {
        case .original:
            let attended = tape.add(normal, attend(normal, input, offsets, rows, on: tape))
            let normalized = feedForwardNorm(attended, on: tape)
            return tape.add(normalized, feedForward(normalized, .relu, on: tape))
        case .preNorm:
            let attention = tape.dropout(attend(normal, normalInput, offsets, rows, on: tape), rate: dropout)
            let attended = tape.add(x, attention)
            return tape.add(attended, feedForward(feedForwardNorm(attended, on: tape), .gelu, on: tape))
        case .gated:
            let attention = tape.dropout(attend(normal, normalInput, offsets, rows, on: tape), rate: dropout)
            let attended = tape.add(x, gated(attention, by: attentionGate, of: x, on: tape))
            let fed = feedForward(feedForwardNorm(attended, on: tape), .silu, on: tape)
            return tape.add(attended, gated(fed, by: feedForwardGate, of: attended, on: tape))
        }
    }

    private func attend(
        _ queries: Tensor,
        _ keys: Tensor,
        _ offsets: [Int],
        _ rows: UnsafeBufferPointer<Int32>?,
        on tape: Tape
    ) -> Tensor {
        let attended = tape.causalAttention(
            queries: query(queries, on: tape),
            keysAndValues: keyValue(keys, on: tape),
            heads: heads,
            offsets: offsets,
            rows: rows,
            bias: relative,
            dropout: attentionDropout
        )
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

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

    /// How wide a block is inside: less than its configuration says where parts were pruned.
    struct Width: Sendable, Equatable {
        /// How many attention heads.
        var heads: Int
        /// How many feed-forward channels.
        var hidden: Int

        init(heads: Int, hidden: Int) { (self.heads, self.hidden) = (heads, hidden) }

        /// The width that a configuration says.
        init(_ configuration: SequenceTransformer.Configuration) {
            heads = configuration.heads
            hidden = max(1, Int((Double(configuration.channels) * configuration.feedForwardMultiplier).rounded()))
        }
    }

    private let style: Style
    private let heads: Int
    private let dropout: Float
    private let attentionDropout: Float
    private let attentionNorm: LayerNorm
    private var query: Projection
    private var keyValue: Projection
    private var output: Projection
    private let relative: Parameter?
    private let feedForwardNorm: LayerNorm
    private var expand: Projection
    private var gate: Projection?
    private var contract: Projection
    private var attentionGate: Projection?
    private var feedForwardGate: Projection?

    init(
        _ name: String,
        _ configuration: SequenceTransformer.Configuration,
        width: Width? = nil,
        in builder: inout NetworkBuilder
    ) {
        let C = configuration.channels
        let width = width ?? Width(configuration)
        let (A, hidden) = (width.heads * (C / configuration.heads), width.hidden)
        style = configuration.blockStyle
        heads = width.heads
        dropout = configuration.dropout
        attentionDropout = configuration.attentionDropout
        let bias = style != .gated
        attentionNorm = LayerNorm("\(name).attention.norm", C, in: &builder)
        query = .floats(Linear("\(name).attention.query", C, A, bias: bias, in: &builder))
        keyValue = .floats(Linear("\(name).attention.keyValue", C, 2 * A, bias: bias, in: &builder))
        output = .floats(Linear("\(name).attention.output", A, C, bias: bias, in: &builder))
        relative =
            configuration.relativePositions > 0
            ? builder.make(
                "\(name).attention.relative",
                rows: width.heads,
                columns: configuration.relativePositions,
                .constant(0)
            )
            : nil
        feedForwardNorm = LayerNorm("\(name).feedForward.norm", C, in: &builder)
        expand = .floats(Linear("\(name).feedForward.expand", C, hidden, bias: bias, in: &builder))
        contract = .floats(Linear("\(name).feedForward.contract", hidden, C, bias: bias, in: &builder))
        guard style == .gated else {
            (gate, attentionGate, feedForwardGate) = (nil, nil, nil)
            return
        }
        gate = .floats(Linear("\(name).feedForward.gate", C, hidden, bias: false, in: &builder))
        attentionGate = .floats(Linear("\(name).attention.residualGate", C, C, bias: false, in: &builder))
        feedForwardGate = .floats(Linear("\(name).feedForward.residualGate", C, C, bias: false, in: &builder))
    }

    /// The block with its matrices in bytes, made by a function of its weights.
    func inBytes(_ matrix: (Parameter) throws -> ByteMatrix) rethrows -> TransformerBlock {
        var block = self
        block.query = try query.inBytes(matrix)
        block.keyValue = try keyValue.inBytes(matrix)
        block.output = try output.inBytes(matrix)
        block.expand = try expand.inBytes(matrix)
        block.gate = try gate?.inBytes(matrix)
        block.contract = try contract.inBytes(matrix)
        block.attentionGate = try attentionGate?.inBytes(matrix)
        block.feedForwardGate = try feedForwardGate?.inBytes(matrix)
        return block
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

    private func gated(_ y: Tensor, by gate: Projection?, of x: Tensor, on tape: Tape) -> Tensor {
        guard let gate else { return y }
        return tape.multiplyElements(y, tape.activate(gate(x, on: tape), .sigmoid))
    }
}

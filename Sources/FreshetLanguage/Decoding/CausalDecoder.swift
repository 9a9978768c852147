import CFreshetKernels
import FreshetCore
import FreshetTensor

/// Reads a text with a causal model, token by token or in parts, and says what is likely to come next.
///
/// Keys and values of what was read are kept, so nothing is computed twice, and from the second token on no memory is
/// asked for. One thread uses it.
public final class CausalDecoder {
    /// The rows of logits that are held at once.
    private static let logitRows = 32
    /// How many tokens of candidates go through the network in one pass.
    private static let passTokens = 512

    /// The model.
    public let model: LanguageModel
    private let cache: KeyValueCache
    private let tape = Tape()
    private let packed: PackedTokens
    private let rows = IndexBuffer()
    private let next: GrowingBuffer<Float>

    /// Begins an empty text.
    /// - Throws: `FreshetError` of kind `usage` for a model that sees both sides.
    public init(_ model: LanguageModel) throws {
        guard model.configuration.family.isCausal else {
            throw FreshetError(
                .usage,
                "A model of the family '\(model.configuration.family.rawValue)' does not say what comes next.",
                remedy: "Take a causal one, such as GPT-2."
            )
        }
        self.model = model
        cache = KeyValueCache(for: model.configuration)
        packed = PackedTokens(for: model.configuration)
        next = GrowingBuffer(count: model.configuration.vocabulary)
    }

    /// How many tokens were read.
    public var count: Int { cache.count }
    /// How many more can be read.
    public var room: Int { cache.capacity - cache.count }
    /// How likely each token is to come next, before the softmax, `V` numbers; valid until more is read.
    public var logits: UnsafeBufferPointer<Float> {
        precondition(count > 0, "nothing was read")
        return UnsafeBufferPointer(next.numbers)
    }
    /// The token that is most likely to come next.
    public var likeliest: Int32 {
        var (token, logit): (Int32, Float) = (0, 0)
        _ = freshet_top_k(&token, &logit, logits.baseAddress!, logits.count, 1)
        return token
    }
    /// How much scratch memory there is, in bytes.
    var scratchBytes: Int { tape.scratchBytes }

    /// Reads on.
    /// - Parameter tokens: what follows; one at least, and no more than there is ``room`` for.
    public func read(_ tokens: some Collection<Int32>) {
        precondition(!tokens.isEmpty, "there is nothing to read")
        cache.keeps = true
        packed.removeAll()
        packed.append(tokens, from: cache.count)
        let states = model.network.states(of: packed, after: cache, on: tape)
        rows.removeAll()
        rows.append(Int32(states.rows - 1))
        let logits = model.logits(of: tape.selectRows(states, rows.indices), on: tape)
        next.start.update(from: logits.values, count: logits.count)
        tape.reset()
    }

    /// Forgets all but the first tokens; the last of them has to be read again before ``logits`` are theirs.
    public func rewind(to count: Int) { cache.rewind(to: count) }

    /// How likely texts are to follow what was read: the mean of the logarithms of their tokens' probabilities.
    ///
    /// What was read is shared: each candidate costs its own tokens, many go through the network at once, and the decoder is as
    /// it was.
    ///
    /// - Parameter candidates: texts of no more tokens than there is ``room`` for.
    /// - Returns: a number for each, of which 0 is certain; `-infinity` for a text without a token.
    public func likelihoods(of candidates: [[Int32]]) -> [Double] {
        precondition(count > 0, "nothing was read")
        var sums = firstLogarithms(of: candidates)
        cache.keeps = false
        var start = 0
        while start < candidates.count {
            var end = start
            packed.removeAll()
            rows.removeAll()
            while end < candidates.count, end == start || packed.count + candidates[end].count <= Self.passTokens {
                // What follows the last token is not asked.
                packed.append(candidates[end].dropLast(), from: cache.count)
                end += 1
            }
            if packed.count > 0 { add(candidates[start..<end], to: &sums) }
            start = end
        }
        return zip(sums, candidates).map { $1.isEmpty ? -.infinity : $0 / Double($1.count) }
    }

    /// The logarithms of the first tokens' probabilities, which what was read decides.
    private func firstLogarithms(of candidates: [[Int32]]) -> [Double] {
        let whole = freshet_log_sum_exp(next.start, next.count)
        return candidates.map { $0.first.map { Double(next.start[Int($0)] - whole) } ?? 0 }
    }

    /// Adds the logarithms of all tokens but the first, of what is packed.
    private func add(_ candidates: ArraySlice<[Int32]>, to sums: inout [Double]) {
        let asked = candidates.indices.flatMap { text in candidates[text].dropFirst().map { (text: text, token: $0) } }
        let states = model.network.states(of: packed, after: cache, on: tape)
        for first in stride(from: 0, to: states.rows, by: Self.logitRows) {
            let part = first..<min(first + Self.logitRows, states.rows)
            rows.removeAll()
            for row in part { rows.append(Int32(row)) }
            tape.keepingNothing {
                let logits = model.logits(of: tape.selectRows(states, rows.indices), on: tape)
                for (row, asked) in asked[part].enumerated() {
                    let start = logits.values + row * logits.columns
                    sums[asked.text] += Double(start[Int(asked.token)] - freshet_log_sum_exp(start, logits.columns))
                }
            }
        }
        tape.reset()
    }
}

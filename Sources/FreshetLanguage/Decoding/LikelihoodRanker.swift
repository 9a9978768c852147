import FreshetCore

/// Ranks items by how likely a causal model finds their titles after those of what a user chose (zero-shot).
///
/// Nothing is learned of anybody: it is what learned rankers are compared with.
///
/// What was chosen stands in a prompt, one title a line. Each candidate's score is the mean of the logarithms of its tokens'
/// probabilities, so long titles are not behind short ones; the prompt is read once for all of them.
///
/// One thread uses it.
public final class LikelihoodRanker {
    private static let introduction = "A customer chose these products, one after the other:\n"
    /// The tokens of a title that are read at most.
    private static let longestTitle = 32

    private let generator: TextGenerator
    private var titleTokens: Int { min(Self.longestTitle, generator.capacity / 2) }

    /// Takes a causal model.
    /// - Throws: `FreshetError` of kind `usage` for another one.
    public init(_ encoder: TextEncoder) throws { generator = try TextGenerator(encoder) }

    /// How likely titles are to come next.
    ///
    /// - Parameters:
    ///   - candidates: titles.
    ///   - history: the titles of what was chosen, the newest last.
    /// - Returns: a number for each candidate, of which 0 is certain; `-infinity` for a title without a token.
    public func scores(of candidates: [String], after history: [String]) -> [Double] {
        let tokens = candidates.map { title in
            title.isEmpty ? [] : Array(generator.tokens(of: " " + title).prefix(titleTokens))
        }
        return generator.likelihoods(of: tokens, after: prompt(history))
    }

    /// The introduction and as many of the newest titles as there is room for beside the longest candidate, so that a score does
    /// not depend on what stands beside it.
    private func prompt(_ history: [String]) -> [Int32] {
        let introduction = generator.tokens(of: Self.introduction)
        let end = generator.tokens(of: "-")
        var left = generator.capacity - titleTokens - introduction.count - end.count
        var lines: [[Int32]] = []
        for title in history.reversed() where !title.isEmpty {
            let line =
                generator.tokens(of: "-")
                + generator.tokens(of: " " + title).prefix(titleTokens) + generator.tokens(of: "\n")
            left -= line.count
            if left < 0 { break }
            lines.append(line)
        }
        return (introduction + lines.reversed().joined() + end).suffix(generator.capacity - titleTokens)
    }
}

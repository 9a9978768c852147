import FreshetCore

/// The unigram model of SentencePiece (Kudo, 2018): of all ways to cut a word, the one whose tokens have the largest sum of
/// scores, found by Viterbi's method.
struct Unigram: TokenModel {
    /// How much less than the least score a character outside the vocabulary has.
    private static let unknownPenalty = 10.0

    let vocabulary: Vocabulary
    /// The logarithms of the tokens' probabilities, by number.
    let scores: [Double]
    /// What stands for characters outside the vocabulary.
    let unknown: Int32
    /// The tokens of the 256 bytes, where a character outside the vocabulary is written as its bytes.
    let byteTokens: [Int32]?
    private let unknownScore: Double

    init(vocabulary: Vocabulary, scores: [Double], unknown: Int32, byteTokens: [Int32]? = nil) {
        self.vocabulary = vocabulary
        self.scores = scores
        self.unknown = unknown
        self.byteTokens = byteTokens
        unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    }

    /// The best way to reach a place of a word: from where, by which token, with which sum.
    private struct Step {
        var start = -1
        var id: Int32 = -1
        var score = 0.0
    }

    func appendTokens(of word: ArraySlice<UInt8>, to ids: inout [Int32]) {
        var steps = [Step](repeating: Step(), count: word.count + 1)
        func offer(_ end: Int, _ step: Step) {
            if steps[end].start < 0 || step.score > steps[end].score { steps[end] = step }
        }
        word.forEachScalar { _, _, place in
            let start = place.lowerBound - word.startIndex
            let sum = steps[start].score
            var isToken = false
            var node = ByteTrie.root
            for index in place.lowerBound..<word.endIndex {
                node = vocabulary.trie.child(of: node, word[index])
                if node < 0 { break }
                let id = vocabulary.trie.value(at: node)
                guard id >= 0 else { continue }
                offer(index + 1 - word.startIndex, Step(start: start, id: id, score: scores[Int(id)] + sum))
                if index + 1 == place.upperBound { isToken = true }
            }
            if !isToken {
                let end = place.upperBound - word.startIndex
                offer(end, Step(start: start, id: unknown, score: unknownScore + sum))
            }
        }
        appendPath(steps, of: word, to: &ids)
    }

    /// The tokens from the end back to the start, neighbours outside the vocabulary as one.
    private func appendPath(_ steps: [Step], of word: ArraySlice<UInt8>, to ids: inout [Int32]) {
        var path: [Int32] = []
        var end = steps.count - 1
        while end > 0 {
            let step = steps[end]
            if step.id != unknown {
                path.append(step.id)
            } else if let byteTokens {
                let first = word.startIndex
                for byte in word[(first + step.start)..<(first + end)].reversed() { path.append(byteTokens[Int(byte)]) }
            } else if path.last != unknown {
                path.append(unknown)
            }
            end = step.start
        }
        ids += path.reversed()
    }
}

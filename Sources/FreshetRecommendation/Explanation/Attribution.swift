import FreshetCore
import FreshetData
import FreshetModels

/// How much each of the user's newest events carried each item: by leaving it out.
///
/// The score of the whole history less that of the history without the events of one item, exactly, for every item that
/// is asked about; all shortened histories are scored in one pass. Where the model has nothing to say about an item,
/// co-visitation's score is taken apart the same way, and where it has nothing either, likeness by words and categories.
struct Attribution {
    /// Shape `[items, groups]`: what each group adds to each item's score.
    private var differences: [[Float]]
    /// What the differences are a share of.
    private var wholes: [Float]

    init(of items: [ItemIndex], to past: EventGroups, _ request: PipelineRequest) {
        differences = items.map { _ in past.groups.map { _ in 0 } }
        wholes = items.map { _ in 0 }
        guard !past.groups.isEmpty else { return }
        let contexts =
            [ScoringContext(user: nil, history: past.history)]
            + past.groups.indices.map { ScoringContext(user: nil, history: past.history(without: $0)) }
        attributeToModel(items, contexts, request)
        attributeToCompanions(items, contexts, request)
        attributeToContent(items, past, request)
    }

    /// Each group's share of an item's score, 0 to 1 and at most 1 in sum.
    func shares(_ item: Int) -> [Float] {
        let gains = differences[item].map { max($0, 0) }
        let whole = max(gains.reduce(0, +), wholes[item])
        // A little below 1, so that rounding does not lift the sum above it.
        return whole > 0 ? gains.map { $0 / whole * 0.999_999 } : gains
    }

    private func isOpen(_ item: Int) -> Bool { !differences[item].contains { $0 > 0 } }

    private mutating func attributeToModel(
        _ items: [ItemIndex],
        _ contexts: [ScoringContext],
        _ request: PipelineRequest
    ) {
        guard let scorer = request.snapshot.scorer else { return }
        let V = scorer.itemCount
        let contexts = contexts.map { ScoringContext(user: nil, history: $0.history.keepingItems(below: V)) }
        guard contexts[0].history.count > 0 else { return }
        func take(_ scores: (Int, ItemIndex) -> Float) {
            for (place, item) in items.enumerated() where item.position < V {
                let whole = scores(0, item)
                wholes[place] = max(whole, 0)
                for group in 1..<contexts.count { differences[place][group - 1] = whole - scores(group, item) }
            }
        }
        if let scorer = scorer as? any ItemVectorScorer {
            let C = scorer.vectorWidth
            let known = items.filter { $0.position < V }
            let table = scorer.itemVectors(of: known)
            let rows = Dictionary(known.enumerated().map { ($1, $0) }) { first, _ in first }
            var vectors = [Float](repeating: 0, count: contexts.count * C)
            vectors.withUnsafeMutableBufferPointer { scorer.userVectors(of: contexts[...], into: $0.baseAddress!) }
            let biases = scorer.itemBiases
            take { context, item in
                let row = rows[item] ?? 0
                var score = biases.isEmpty ? 0 : biases[item.position]
                for column in 0..<C { score += vectors[context * C + column] * table[row * C + column] }
                return score
            }
        } else {
            var scores = [Float](repeating: 0, count: contexts.count * V)
            scores.withUnsafeMutableBufferPointer { scorer.score(contexts[...], into: $0) }
            take { context, item in scores[context * V + item.position] }
        }
    }

    private mutating func attributeToCompanions(
        _ items: [ItemIndex],
        _ contexts: [ScoringContext],
        _ request: PipelineRequest
    ) {
        let open = items.indices.filter(isOpen)
        guard !open.isEmpty else { return }
        request.streaming.withModels { models in
            let scores = SparseScores()
            for (group, context) in contexts.enumerated() {
                models.coVisitation.score(context.history, at: request.query.time, into: scores)
                for place in open {
                    if group == 0 {
                        wholes[place] = scores[items[place]]
                    } else {
                        differences[place][group - 1] = wholes[place] - scores[items[place]]
                    }
                }
            }
        }
    }

    private mutating func attributeToContent(_ items: [ItemIndex], _ past: EventGroups, _ request: PipelineRequest) {
        let open = items.indices.filter(isOpen)
        guard !open.isEmpty, !request.profile.isEmpty else { return }
        for (group, event) in past.groups.enumerated() {
            let profile = request.profile(of: event.item)
            for place in open where items[place] != event.item {
                differences[place][group] = profile.likeness(to: items[place])
                wholes[place] = max(wholes[place], 1)
            }
        }
    }
}

import FreshetCore
import FreshetData
import FreshetFairness

/// Brings the mix of categories of a list nearer to what the user deals with (``FreshetFairness/Calibration``).
///
/// A place goes to the candidate with the highest `(1 - λ) · relevance - λ · miscalibration` of the list so far with it, the
/// relevance being the score brought to 0 ... 1: of the candidate that comes first the highest score, of the next the second
/// highest, and so on. So what other policies arranged is kept where the mix is the same either way. What is chosen stands in
/// the order in which it came. A user of whose categories nothing is known has the list as it is.
struct CalibrationPolicy: Policy {
    /// How many times the places are arranged, so that the policies that follow have spare ones.
    private static let spare = 3

    func arrange(_ candidates: inout [Candidate], for request: PipelineRequest) {
        let tradeOff = request.policies.calibration
        guard tradeOff > 0, candidates.count > 1 else { return }
        var mix = CategoryMix<UInt32>()
        for item in request.query.history.items { mix.add(Self.categories(of: item, request)) }
        guard !mix.isEmpty else { return }
        let scores = candidates.map(\.score).sorted(by: >)
        let worst = scores[scores.count - 1]
        let range = max(scores[0] - worst, .leastNormalMagnitude)
        let order = Calibration(to: mix).order(
            relevance: scores.map { Double(($0 - worst) / range) },
            items: candidates.map { Self.categories(of: $0.item, request) },
            count: Self.spare * request.query.count,
            tradeOff: tradeOff
        )
        // A list's mix does not depend on its order, so what is chosen for one keeps that of the candidates.
        let lists = stride(from: 0, to: order.count, by: request.query.count).flatMap { start in
            order[start..<min(start + request.query.count, order.count)].sorted()
        }
        let chosen = Set(order)
        candidates =
            lists.map { candidates[$0] } + candidates.indices.filter { !chosen.contains($0) }.map { candidates[$0] }
    }

    private static func categories(of item: ItemIndex, _ request: PipelineRequest) -> [UInt32] {
        request.catalog.details(of: item).map { Array($0.categories) } ?? []
    }
}

import FreshetNN
import FreshetTensor

/// Shares a budget of ranks out among the adapters of a training, by what each rank is worth to the loss (AdaLoRA: Zhang and
/// others, ICLR 2023).
///
/// The sensitivity of a number is `|w · dw|`, smoothed over the steps; its importance is that times its uncertainty, the smoothed
/// distance of the sensitivity from its mean. A rank's importance is that of its number of Λ and the means of those of its column
/// of P and its row of Q. The ranks of the least importance in the whole network have their number set to zero. Between two
/// sharings they learn on, so that one may come back; in the last steps they stay at zero.
package final class RankAllocation {
    /// The smoothed sensitivities of a parameter's numbers, and their uncertainties.
    private final class Importance {
        private let parameter: Parameter
        private let sensitivity: GrowingBuffer<Float>
        private let uncertainty: GrowingBuffer<Float>

        init(of parameter: Parameter) {
            self.parameter = parameter
            sensitivity = GrowingBuffer(count: parameter.count)
            uncertainty = GrowingBuffer(count: parameter.count)
        }

        func follow(_ gradient: UnsafePointer<Float>, _ settings: AdaptiveRankSettings) {
            let (slow, unsure) = (settings.smoothing, settings.uncertaintySmoothing)
            for place in 0..<parameter.count {
                let now = abs(parameter.pointer[place] * gradient[place])
                let mean = slow * sensitivity.start[place] + (1 - slow) * now
                sensitivity.start[place] = mean
                uncertainty.start[place] = unsure * uncertainty.start[place] + (1 - unsure) * abs(now - mean)
            }
        }

        func value(_ place: Int) -> Float { sensitivity.start[place] * uncertainty.start[place] }
    }

    private let adapters: [SingularValueAdapter]
    private let settings: AdaptiveRankSettings
    private let importances: [(left: Importance, values: Importance, right: Importance)]
    /// Whether each rank of each adapter is in use.
    private var isKept: [[Bool]]
    private let pool = BufferPool(minimumChunk: 1 << 10)

    init(_ adapters: [SingularValueAdapter], _ settings: AdaptiveRankSettings) {
        (self.adapters, self.settings) = (adapters, settings)
        importances = adapters.map {
            (Importance(of: $0.left), Importance(of: $0.values), Importance(of: $0.right))
        }
        isKept = adapters.map { [Bool](repeating: true, count: $0.values.count) }
    }

    /// How many ranks each adapter uses.
    package var ranks: [String: Int] {
        Dictionary(zip(adapters.map(\.name), isKept.map { $0.count { $0 } }), uniquingKeysWith: { first, _ in first })
    }

    /// Adds the gradient of what keeps the sides of the adapters orthogonal.
    func addOrthogonality(to gradients: Gradients) {
        guard settings.orthogonality > 0 else { return }
        let tape = Tape(recordingInto: gradients, pool: pool)
        for adapter in adapters {
            tape.orthogonalityTerm(adapter.left, ofRows: false, weight: settings.orthogonality)
            tape.orthogonalityTerm(adapter.right, ofRows: true, weight: settings.orthogonality)
            tape.reset()
        }
    }

    /// Follows the sensitivities after a step, and shares the ranks out where it is time.
    ///
    /// - Parameters:
    ///   - gradients: those of the step.
    ///   - step: its number, from 0.
    ///   - steps: how many there are.
    func finish(_ gradients: Gradients, step: Int, of steps: Int) {
        for (adapter, importance) in zip(adapters, importances) {
            importance.left.follow(gradients.dense(adapter.left), settings)
            importance.values.follow(gradients.dense(adapter.values), settings)
            importance.right.follow(gradients.dense(adapter.right), settings)
        }
        let settled = Int(((1 - settings.settling) * Float(steps)).rounded(.down))
        let budget = settings.budget(of: adapters.count, step: step + 1, of: steps)
        let isTime = step + 1 < settled ? (step + 1) % settings.interval == 0 : step + 1 == max(settled, 1)
        if isTime, budget < isKept.reduce(0, { $0 + $1.count }) {
            share(budget)
            clear()
        } else if step + 1 > settled {
            clear()
        }
    }

    /// Keeps the ranks of the highest importance.
    private func share(_ budget: Int) {
        var ranks: [(adapter: Int, rank: Int, importance: Float)] = []
        for (number, adapter) in adapters.enumerated() {
            for rank in 0..<adapter.values.count {
                ranks.append((adapter: number, rank: rank, importance: importance(of: rank, number)))
            }
        }
        // The order of the network decides between equals.
        ranks.sort { ($1.importance, $0.adapter, $0.rank) < ($0.importance, $1.adapter, $1.rank) }
        isKept = adapters.map { [Bool](repeating: false, count: $0.values.count) }
        for kept in ranks.prefix(budget) { isKept[kept.adapter][kept.rank] = true }
    }

    private func importance(of rank: Int, _ number: Int) -> Float {
        let (adapter, importance) = (adapters[number], importances[number])
        let (inputs, ranks, outputs) = (adapter.left.rows, adapter.values.count, adapter.right.columns)
        let left = (0..<inputs).reduce(Float(0)) { $0 + importance.left.value($1 * ranks + rank) } / Float(inputs)
        let right = (0..<outputs).reduce(Float(0)) { $0 + importance.right.value(rank * outputs + $1) } / Float(outputs)
        return importance.values.value(rank) + left + right
    }

    /// Sets the numbers of the ranks that are not kept to zero.
    private func clear() {
        for (adapter, kept) in zip(adapters, isKept) {
            for rank in kept.indices where !kept[rank] { adapter.values.pointer[rank] = 0 }
        }
    }
}

extension TunedEncoder {
    /// What shares the ranks of its adapters out, where it learns so.
    package func rankAllocation() -> RankAllocation? {
        guard case .adaptiveLowRank(let settings) = method else { return nil }
        let adapters = encoder.model.network.projections.flatMap {
            $0.adapters.compactMap { $0 as? SingularValueAdapter }
        }
        return RankAllocation(adapters, settings)
    }
}

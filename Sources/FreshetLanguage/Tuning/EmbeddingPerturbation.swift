import CFreshetKernels
import FreshetTensor

/// How far the vectors of the tokens of a pass are moved, towards where its loss grows.
final class EmbeddingPerturbation {
    private let settings: AdversarialSettings
    private let moves = GrowingBuffer<Float>()
    private var used: Tensor?

    init(_ settings: AdversarialSettings) { self.settings = settings }

    /// Begins where nothing is moved.
    func begin(tokens: Int, width: Int) {
        moves.grow(to: tokens * width)
        moves.numbers[..<(tokens * width)].update(repeating: 0)
    }

    /// How far each text's vectors are moved.
    func norms(_ offsets: [Int], width: Int) -> [Float] {
        zip(offsets, offsets.dropFirst()).map { start, end in
            Float(freshet_sum_of_squares(moves.start + start * width, (end - start) * width).squareRoot())
        }
    }

    /// The vectors, moved.
    func applied(to vectors: Tensor, on tape: Tape) -> Tensor {
        let moved = tape.make(vectors.rows, vectors.columns)
        moved.values.update(from: moves.start, count: moved.count)
        used = moved
        return tape.add(vectors, moved)
    }

    /// Takes a step along the gradient of the pass that ran backwards just now; each text has its own length.
    func ascend(_ offsets: [Int], on tape: Tape) {
        guard let used else { return }
        let gradient = tape.gradient(of: used)
        for (start, end) in zip(offsets, offsets.dropFirst()) where end > start {
            let (first, count) = (start * used.columns, (end - start) * used.columns)
            let slope = Float(freshet_sum_of_squares(gradient + first, count).squareRoot())
            guard slope > 0, slope.isFinite else { continue }
            freshet_axpy(moves.start + first, gradient + first, settings.stepLength / slope, count)
            let length = Float(freshet_sum_of_squares(moves.start + first, count).squareRoot())
            if length > settings.epsilon { freshet_scale(moves.start + first, settings.epsilon / length, count) }
        }
    }
}

/// Runs the passes that a share of a batch takes: one, or with an adversary several of the same texts, each against vectors that
/// the one before has moved.
final class TrainingPasses {
    private let tape: Tape
    private let settings: AdversarialSettings?
    private let perturbation: EmbeddingPerturbation?

    init(_ settings: AdversarialSettings?, on tape: Tape) {
        (self.tape, self.settings) = (tape, settings)
        perturbation = settings.map(EmbeddingPerturbation.init)
    }

    /// Runs them forwards and backwards.
    ///
    /// - Parameters:
    ///   - tokens: the texts.
    ///   - width: `C`, the numbers of a token's vector.
    ///   - scale: the weight of each example.
    ///   - pass: computes the loss with the scale and the perturbation that it is given.
    /// - Returns: the loss of the texts as they are.
    func run(
        _ tokens: PackedTokens,
        width: Int,
        scale: Float,
        _ pass: (_ scale: Float, _ perturbation: EmbeddingPerturbation?) -> Double
    ) -> Double {
        guard let settings, let perturbation else {
            let loss = pass(scale, nil)
            tape.backward()
            tape.reset()
            return loss
        }
        perturbation.begin(tokens: tokens.count, width: width)
        // All passes drop the same numbers: what differs is how far the vectors were moved.
        let key = tape.dropoutKey
        var first = 0.0
        for step in 0...settings.steps {
            tape.dropoutKey = key
            let loss = pass(scale / Float(settings.steps + 1), perturbation)
            if step == 0 { first = loss }
            tape.backward()
            if step < settings.steps { perturbation.ascend(tokens.offsets, on: tape) }
            tape.reset()
        }
        return first
    }
}

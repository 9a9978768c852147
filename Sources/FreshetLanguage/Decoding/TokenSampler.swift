import CFreshetKernels
import FreshetTensor

/// Chooses the next token from logits: the likeliest, or one that is drawn.
struct TokenSampler {
    private let temperature: Float
    private let topK: Int
    private var random: RandomSource
    private let tokens: GrowingBuffer<Int32>
    private let weights: GrowingBuffer<Float>

    /// Begins to choose.
    ///
    /// - Parameters:
    ///   - settings: how it is chosen.
    ///   - vocabulary: `V`, how many tokens there are.
    init(_ settings: GenerationSettings, vocabulary: Int) {
        temperature = settings.temperature
        topK = settings.temperature == 0 ? 1 : min(settings.topK == 0 ? vocabulary : settings.topK, vocabulary)
        random = RandomSource.stream(seed: settings.seed, 33)
        tokens = GrowingBuffer(count: topK)
        weights = GrowingBuffer(count: topK)
    }

    /// The next token.
    mutating func next(_ logits: UnsafeBufferPointer<Float>) -> Int32 {
        guard let first = logits.baseAddress else { return 0 }
        let count: Int
        if topK < logits.count {
            count = freshet_top_k(tokens.start, weights.start, first, logits.count, topK)
        } else {
            for place in 0..<topK { (tokens.start[place], weights.start[place]) = (Int32(place), first[place]) }
            count = topK
        }
        guard count > 1 else { return tokens.start[0] }
        let whole = weights.numbers[..<count]
        let highest = whole.max() ?? 0
        var sum: Float = 0
        for place in 0..<count {
            weights.start[place] = exponential((weights.start[place] - highest) / temperature)
            sum += weights.start[place]
        }
        var rest = random.uniform() * sum
        for place in 0..<count {
            rest -= weights.start[place]
            if rest < 0 { return tokens.start[place] }
        }
        return tokens.start[count - 1]
    }
}

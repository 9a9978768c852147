import FreshetCore

/// The shape of low-rank adapters whose ranks are shared out in training (AdaLoRA: Zhang and others, ICLR 2023).
public struct AdaptiveRankSettings: Sendable, Equatable, Codable {
    /// The mean rank of an adapter in the end.
    public var rank = 8
    /// The rank of every adapter at the beginning.
    public var initialRank = 12
    /// What an adapter adds is multiplied with `alpha / initialRank`.
    public var alpha: Float = 16
    /// The matrices that have one.
    public var matrices = AdaptedMatrix.allCases
    /// The weight of what keeps an adapter's two sides orthogonal.
    public var orthogonality: Float = 0.1
    /// How slowly the importance of a number follows its sensitivity, 0 to 1.
    public var smoothing: Float = 0.85
    /// How slowly the uncertainty of that follows, 0 to 1.
    public var uncertaintySmoothing: Float = 0.85
    /// In which share of the steps all ranks learn before the first is taken away.
    public var warmUp: Float = 0.1
    /// In which share of the steps, the last ones, ranks stay as they are.
    public var settling: Float = 0.3
    /// The steps after which ranks are shared out anew.
    public var interval = 10

    /// Creates the defaults.
    public init() {}

    /// Checks that a network has what is to be tuned.
    /// - Throws: `FreshetError` of kind `usage`.
    func check(width: Int) throws {
        let isInRange =
            1...width ~= initialRank && 1...initialRank ~= rank && alpha > 0 && alpha.isFinite && !matrices.isEmpty
            && 0...1000 ~= orthogonality && 0..<1 ~= smoothing && 0..<1 ~= uncertaintySmoothing && 0...1 ~= warmUp
            && 0...1 ~= settling && warmUp + settling <= 1 && interval > 0
        guard isInRange else {
            throw FreshetError(
                .usage,
                "Adapters that begin with rank \(initialRank) and end with \(rank) on average do not fit a model \(width) wide.",
                remedy:
                    "Take a rank from 1 to the first one, that up to \(width), and shares of the steps up to 1 together."
            )
        }
    }

    /// How many ranks all adapters have together after a step: the first rank of each, then less and less on a cubic curve.
    func budget(of adapters: Int, step: Int, of steps: Int) -> Int {
        let (first, last) = (Float(initialRank * adapters), Float(rank * adapters))
        let (start, end) = (warmUp * Float(steps), (1 - settling) * Float(steps))
        if Float(step) < start { return initialRank * adapters }
        guard Float(step) < end else { return rank * adapters }
        let left = 1 - (Float(step) - start) / (end - start)
        return Int((last + (first - last) * left * left * left).rounded())
    }
}

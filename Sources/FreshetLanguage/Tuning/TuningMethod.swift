import FreshetCore

/// What of a language model learns when it is tuned.
public enum TuningMethod: Sendable, Equatable, Codable {
    /// Nothing of it: only what stands on its vectors.
    case none
    /// The last layers, this many.
    case last(layers: Int)
    /// Everything.
    case all
    /// Adapters beside its matrices.
    case lowRank(LowRankSettings)
    /// Adapters beside its matrices, whose ranks are shared out while they learn.
    case adaptiveLowRank(AdaptiveRankSettings)
    /// Narrow networks behind the two halves of its layers, so many numbers wide.
    case bottleneck(width: Int)
    /// Vectors, this many, that stand before every text (prompt tuning: Lester and others, EMNLP 2021).
    case prompt(tokens: Int)

    /// The most vectors before a text.
    private static let longestPrompt = 256

    /// Whether an own part of a network learns: 0 is the embeddings, then one a layer.
    func trains(part: Int, of configuration: LanguageModelConfiguration) -> Bool {
        switch self {
        case .none, .lowRank, .adaptiveLowRank, .bottleneck, .prompt: false
        case .last(let layers): part > configuration.layers - layers
        case .all: true
        }
    }

    /// How many parts nothing learned reaches, from the embeddings on; these need not be recorded.
    func frozenParts(of configuration: LanguageModelConfiguration) -> Int {
        switch self {
        case .none: configuration.layers + 1
        case .last(let layers): configuration.layers + 1 - layers
        case .all: 0
        case .lowRank, .adaptiveLowRank, .bottleneck, .prompt: 1
        }
    }

    /// Whether what was learned is in the model's own matrices in the end, so that it can be written as a model like any other.
    public var isFoldable: Bool {
        switch self {
        case .bottleneck, .prompt: false
        case .none, .last, .all, .lowRank, .adaptiveLowRank: true
        }
    }

    /// Checks that a network has what is to be tuned.
    /// - Throws: `FreshetError` of kind `usage`.
    public func check(_ configuration: LanguageModelConfiguration) throws {
        switch self {
        case .none, .all: break
        case .last(let layers):
            guard 1...configuration.layers ~= layers else {
                throw FreshetError(
                    .usage,
                    "The last \(layers) layers cannot be tuned of a model with \(configuration.layers)."
                )
            }
        case .bottleneck(let width):
            guard 1...configuration.width ~= width else {
                throw FreshetError(
                    .usage,
                    "A bottleneck \(width) wide does not fit a model \(configuration.width) wide.",
                    remedy: "Take a width from 1 to \(configuration.width)."
                )
            }
        case .prompt(let tokens):
            guard 1...Self.longestPrompt ~= tokens else {
                throw FreshetError(
                    .usage,
                    "\(tokens) vectors cannot stand before every text.",
                    remedy: "Take 1 to \(Self.longestPrompt)."
                )
            }
        case .adaptiveLowRank(let settings): try settings.check(width: configuration.width)
        case .lowRank(let settings):
            guard 1...configuration.width ~= settings.rank, settings.alpha > 0, settings.alpha.isFinite,
                !settings.matrices.isEmpty
            else {
                throw FreshetError(
                    .usage,
                    "Adapters of rank \(settings.rank) and alpha \(settings.alpha) for \(settings.matrices.count) matrices "
                        + "do not fit a model \(configuration.width) wide.",
                    remedy: "Take a rank from 1 to \(configuration.width), an alpha above 0 and a matrix at least."
                )
            }
        }
    }
}

/// The shape of low-rank adapters.
public struct LowRankSettings: Sendable, Equatable, Codable {
    /// How many numbers an adapter passes on.
    public var rank = 8
    /// What an adapter adds is multiplied with `alpha / rank`.
    public var alpha: Float = 16
    /// The matrices that have one.
    public var matrices = AdaptedMatrix.allCases

    /// Creates the defaults.
    public init() {}
}

/// The matrices of a layer that can have an adapter.
public enum AdaptedMatrix: String, Sendable, Codable, CaseIterable {
    /// What a token asks for.
    case query
    /// What a token is found by.
    case key
    /// What a token tells.
    case value
    /// What becomes of what was told.
    case output
    /// The first product of a layer's second half.
    case inner
    /// The second one.
    case outer
}

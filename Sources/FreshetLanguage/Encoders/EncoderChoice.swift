import FreshetCore
import FreshetTensor

/// What reads the items' texts, as somebody asked for it.
public enum EncoderChoice: Sendable {
    /// Nothing.
    case none
    /// Words and parts of words, learned from the texts themselves.
    case light
    /// A pretrained language model.
    case model(TextEncoder)

    /// Finds what a name stands for.
    ///
    /// - Parameters:
    ///   - name: `none`, `light`, an installed model or a model's folder (with a slash), with `@int8` behind it for bytes;
    ///     `nil` or `auto` is the first installed one that is not causal, and `light` where there is none.
    ///   - precision: how exact a model's numbers become, if the name does not say.
    ///   - store: the installed models.
    /// - Throws: `FreshetError` when there is no such model, or it cannot be read.
    public init(
        named name: String? = nil,
        precision: LanguagePrecision? = nil,
        in store: ModelStore = ModelStore()
    ) throws {
        switch name ?? Self.automatic {
        case "none": self = .none
        case "light": self = .light
        case Self.automatic:
            self = try store.firstEncoder.map { .model(try store.encoder(named: $0, precision: precision)) } ?? .light
        case let name: self = .model(try store.encoder(named: name, precision: precision))
        }
    }

    /// Checks that a name stands for something, without reading a model.
    /// - Throws: `FreshetError` when there is no such model.
    public static func check(_ name: String, in store: ModelStore = ModelStore()) throws {
        guard !["none", "light", automatic].contains(name), !name.contains("/") else { return }
        try store.check(name)
    }

    /// The name of the choice that looks what is installed.
    public static let automatic = "auto"

    /// What it is called by: that of the vectors begins with it.
    public var name: String {
        switch self {
        case .none: "none"
        case .light: "light"
        case .model(let model): model.name
        }
    }

    /// The encoder.
    ///
    /// - Parameters:
    ///   - texts: what an encoder that learns from the texts learns from.
    ///   - light: the settings of such an encoder.
    ///   - pool: the threads.
    /// - Returns: `nil` for ``none``.
    public func encoder(
        learning texts: [String],
        light: LightEncoder.Configuration = LightEncoder.Configuration(),
        on pool: ThreadPool
    ) -> (any ItemEncoder)? {
        switch self {
        case .none: nil
        case .light: LightEncoder(learning: texts, configuration: light, on: pool)
        case .model(let model): model
        }
    }
}

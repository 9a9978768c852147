import FreshetCore
import FreshetTensor

/// What a model's `config.json` says about its network.
public struct LanguageModelConfiguration: Sendable, Equatable {
    /// The families of models whose weights can be read.
    public enum Family: String, Sendable, CaseIterable {
        /// BERT (Devlin and others, 2019), and MiniLM, which has its form.
        case bert
        /// DistilBERT (Sanh and others, 2019).
        case distilBert = "distilbert"
        /// RoBERTa (Liu and others, 2019).
        case roberta
        /// XLM-R (Conneau and others, 2020), a RoBERTa of many languages.
        case xlmRoberta = "xlm-roberta"
        /// GPT-2 (Radford and others, 2019).
        case gpt2

        /// Whether a place sees only what came before it, and norms come before what they are for.
        public var isCausal: Bool { self == .gpt2 }
    }

    /// The family.
    public var family: Family
    /// `C`, the numbers of a token's vector.
    public var width: Int
    /// How many layers there are.
    public var layers: Int
    /// `H`, the heads of an attention.
    public var heads: Int
    /// The width between the two products of a layer's second half.
    public var innerWidth: Int
    /// Rows of the table of tokens.
    public var vocabulary: Int
    /// Rows of the table of positions.
    public var positions: Int
    /// The row of a text's first token.
    public var firstPosition = 0
    /// Rows of the table of text types, 0 for none.
    public var types = 0
    /// Keeps the roots of the norms away from zero.
    public var epsilon: Float
    /// The function between the two products.
    public var activation: Activation
    /// How much is dropped in training.
    public var dropout: Float = 0.1

    /// The longest text, in tokens.
    public var maximumLength: Int { positions - firstPosition }

    /// Reads a configuration.
    /// - Throws: `FreshetError` naming the field that is missing, out of range, or asks for what is not done here.
    init(_ document: JSONDocument) throws {
        let fields = ConfigurationFields(document)
        let type = document["model_type"]?.text ?? ""
        guard let family = Family(rawValue: type) else {
            throw FreshetError(
                .invalidData,
                "A model of type '\(type)' cannot be read.",
                remedy: "Known: \(Family.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        self.family = family
        switch family {
        case .gpt2:
            try fields.refuse("scale_attn_weights", unless: true)
            try fields.refuse("scale_attn_by_inverse_layer_idx", unless: false)
            (width, layers, heads) = (try fields.size("n_embd"), try fields.size("n_layer"), try fields.size("n_head"))
            innerWidth = try fields.optionalSize("n_inner") ?? 4 * width
            positions = try fields.size("n_positions")
            epsilon = Float(try fields.number("layer_norm_epsilon", 1e-5))
            activation = try fields.activation("activation_function", "gelu_new")
            dropout = Float(try fields.number("resid_pdrop", 0.1))
        case .distilBert:
            (width, layers, heads) = (try fields.size("dim"), try fields.size("n_layers"), try fields.size("n_heads"))
            innerWidth = try fields.size("hidden_dim")
            positions = try fields.size("max_position_embeddings")
            epsilon = 1e-12
            activation = try fields.activation("activation", "gelu")
            dropout = Float(try fields.number("dropout", 0.1))
        case .bert, .roberta, .xlmRoberta:
            if let kind = document["position_embedding_type"]?.text, kind != "absolute" {
                throw FreshetError(
                    .invalidData,
                    "The model has positions of kind '\(kind)'; only absolute ones can be read."
                )
            }
            try fields.refuse("is_decoder", unless: false)
            (width, layers) = (try fields.size("hidden_size"), try fields.size("num_hidden_layers"))
            heads = try fields.size("num_attention_heads")
            innerWidth = try fields.size("intermediate_size")
            positions = try fields.size("max_position_embeddings")
            types = try fields.size("type_vocab_size")
            epsilon = Float(try fields.number("layer_norm_eps", 1e-12))
            activation = try fields.activation("hidden_act", "gelu")
            dropout = Float(try fields.number("hidden_dropout_prob", 0.1))
            // RoBERTa counts its places after that of the padding.
            if family != .bert { firstPosition = Int(try fields.number("pad_token_id", 1)) + 1 }
        }
        vocabulary = try fields.size("vocab_size")
        guard width % heads == 0, maximumLength > 0, firstPosition >= 0, epsilon > 0, 0..<1 ~= dropout else {
            throw FreshetError(
                .invalidData,
                "The model's configuration does not hold together: width \(width), \(heads) heads, \(positions) positions."
            )
        }
    }
}

/// Reading the fields of a configuration.
private struct ConfigurationFields {
    private static let sizes = 1...10_000_000
    private let document: JSONDocument

    init(_ document: JSONDocument) { self.document = document }

    func size(_ name: String) throws -> Int {
        guard let size = try optionalSize(name) else {
            throw FreshetError(.invalidData, "The model's configuration has no '\(name)'.")
        }
        return size
    }

    func optionalSize(_ name: String) throws -> Int? {
        guard let value = document[name], value != .null else { return nil }
        guard let size = value.double.flatMap({ Int(exactly: $0) }), Self.sizes.contains(size) else {
            throw FreshetError(.invalidData, "The model's configuration has a '\(name)' that is no size.")
        }
        return size
    }

    func number(_ name: String, _ usual: Double) throws -> Double {
        guard let value = document[name], value != .null else { return usual }
        guard let number = value.double, abs(number) < 1e9 else {
            throw FreshetError(.invalidData, "The model's configuration has a '\(name)' that is not a number.")
        }
        return number
    }

    func activation(_ name: String, _ usual: String) throws -> Activation {
        switch document[name]?.text ?? usual {
        case "gelu": return .exactGelu
        case "gelu_new", "gelu_fast", "gelu_pytorch_tanh": return .gelu
        case "relu": return .relu
        case "silu", "swish": return .silu
        case let function:
            throw FreshetError(.invalidData, "The model uses the function '\(function)', which is not known here.")
        }
    }

    func refuse(_ name: String, unless usual: Bool) throws {
        guard let value = document[name]?.truth, value != usual else { return }
        throw FreshetError(.invalidData, "The model has '\(name)' set to \(value), which cannot be read.")
    }
}

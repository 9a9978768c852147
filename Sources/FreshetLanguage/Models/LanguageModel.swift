import Foundation
import FreshetCore
import FreshetNN
import FreshetTensor

/// A pretrained language model: BERT, MiniLM, DistilBERT, RoBERTa, XLM-R or GPT-2.
///
/// It runs on the same tape as everything else, so all of it can be trained: record the pass into gradients of
/// ``parameters``.
public struct LanguageModel: Sendable {
    /// What its `config.json` says.
    public let configuration: LanguageModelConfiguration
    let network: LanguageNetwork

    /// All numbers that training changes; none of a model in bytes.
    public var parameters: ParameterSet { network.parameters }
    /// How exact its numbers are.
    public var precision: LanguagePrecision {
        switch network.tokenTable {
        case .floats: .float32
        case .bytes: .int8
        }
    }

    /// Reads a model's folder: `config.json`, and `model.safetensors` or the index of several.
    ///
    /// - Parameters:
    ///   - folder: the folder as it was published; names may have a prefix, and numbers 16 or 32 bits.
    ///   - precision: how exact its numbers become.
    /// - Throws: `FreshetError` naming the file, the field or the array that is missing or does not fit.
    public init(folder: String, precision: LanguagePrecision = .float32) throws {
        do {
            let configuration = try LanguageModelConfiguration(JSONDocument.read(folder + "/config.json"))
            let weights = try ModelWeights(Checkpoint.mapped(from: Self.weightsFile(in: folder)), configuration)
            let empty = LanguageNetwork(configuration, seed: nil)
            switch precision {
            case .float32:
                try weights.copy(into: empty)
                network = empty
            case .int8: network = try weights.inBytes(empty)
            }
            self.configuration = configuration
        } catch let error as FreshetError where error.kind == .invalidData && !error.message.contains(folder) {
            throw FreshetError(.invalidData, "'\(folder)': \(error.message)", remedy: error.remedy)
        }
    }

    /// A model of a configuration whose numbers are drawn.
    public init(_ configuration: LanguageModelConfiguration, seed: UInt64) {
        self.configuration = configuration
        network = LanguageNetwork(configuration, seed: seed)
    }

    init(_ configuration: LanguageModelConfiguration, _ network: LanguageNetwork) {
        (self.configuration, self.network) = (configuration, network)
    }

    /// The model in bytes, for inference: such as one that was just tuned.
    public func rounded() -> LanguageModel {
        let rounded = network.inBytes {
            ByteMatrix($0)
        } table: {
            ByteMatrix(table: $0, for: network.tableUse)
        }
        return LanguageModel(configuration, rounded)
    }

    /// The vectors of the tokens after the last layer, `[N, C]`.
    public func states(of tokens: PackedTokens, on tape: Tape) -> Tensor { network.lastState(of: tokens, on: tape) }

    /// How likely each token is to come next, before the softmax: the states times the table of the tokens, `[N, V]`.
    ///
    /// - Parameters:
    ///   - states: some rows of ``states(of:on:)`` of a causal model.
    ///   - tape: the pass, which must not record where the model is in floats.
    /// - Returns: a row of `V` numbers for each.
    public func logits(of states: Tensor, on tape: Tape) -> Tensor {
        precondition(configuration.family.isCausal, "only a causal model says what comes next")
        switch network.tokenTable {
        case .bytes(let table): return tape.linear(states, table)
        case .floats(let table):
            precondition(!tape.isRecording, "the loss of what comes next has an operation of its own")
            let logits = tape.make(states.rows, table.rows)
            multiply(states.matrix, table.matrix.transposed, into: logits.mutableMatrix)
            return logits
        }
    }

    /// How many bytes of weights a causal model reads for a token: its matrices, and the table of tokens as its output.
    public var bytesPerToken: Int { network.projections.reduce(network.tokenTable.byteCount) { $0 + $1.byteCount } }

    private static func weightsFile(in folder: String) throws -> String {
        for name in ["model.safetensors", "model.safetensors.index.json"] {
            if FileManager.default.fileExists(atPath: folder + "/" + name) { return folder + "/" + name }
        }
        throw FreshetError(
            .invalidData,
            "'\(folder)' has no weights.",
            remedy: "Put model.safetensors there, or model.safetensors.index.json and the files it names."
        )
    }
}

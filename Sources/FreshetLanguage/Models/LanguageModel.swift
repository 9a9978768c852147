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

    /// All numbers that training changes.
    public var parameters: ParameterSet { network.parameters }
    /// The vectors of the tokens, `[V, C]`; a causal model's output table too.
    public var tokenTable: Parameter { network.tokenTable }

    /// Reads a model's folder: `config.json`, and `model.safetensors` or the index of several.
    ///
    /// - Parameter folder: the folder as it was published; names may have a prefix, and numbers 16 or 32 bits.
    /// - Throws: `FreshetError` naming the file, the field or the array that is missing or does not fit.
    public init(folder: String) throws {
        do {
            let configuration = try LanguageModelConfiguration(JSONDocument.read(folder + "/config.json"))
            let weights = try ModelWeights(Checkpoint.mapped(from: Self.weightsFile(in: folder)), configuration)
            network = LanguageNetwork(configuration, seed: nil)
            try weights.copy(into: network)
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

    /// The vectors of the tokens after the last layer, `[N, C]`.
    public func states(of tokens: PackedTokens, on tape: Tape) -> Tensor {
        let states = network.states(of: tokens, on: tape)
        return states[states.count - 1]
    }

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

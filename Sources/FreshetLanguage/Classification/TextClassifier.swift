import CFreshetKernels
import FreshetCore
import FreshetNN
import FreshetTensor

/// Says which of some classes a text is of, such as its topic or its sentiment, and how sure that is.
///
/// The probabilities are the softmax of a matrix times the text's vector. The encoder of the vectors may have been tuned with
/// the matrix (``TuningMethod``), or is the light one, which needs no weights: then it is a logistic regression.
public struct TextClassifier: Sendable {
    /// The beginning of a text is read and no more, in scalars: far more than models read.
    package static let longestText = 20_000

    /// The names of the classes.
    public let classes: [String]
    /// What reads the texts.
    public let encoder: any ItemEncoder
    /// What of the encoder was tuned.
    public let method: TuningMethod
    /// The matrix, `[K, C]`, and what is added to its products, `[1, K]`.
    let head: (weights: Parameter, biases: Parameter)
    /// Everything that was learned.
    let learned: Checkpoint

    /// The probabilities of the classes for each text, shape `[N, K]`.
    public func probabilities(of texts: [String], on pool: ThreadPool) -> [Float] {
        let (K, C) = (classes.count, encoder.width)
        let vectors = Self.vectors(of: texts, by: encoder, on: pool)
        var result = [Float](repeating: 0, count: texts.count * K)
        guard !texts.isEmpty else { return result }
        vectors.withUnsafeBufferPointer { vectors in
            result.withUnsafeMutableBufferPointer { result in
                guard let vectors = vectors.baseAddress, let logits = result.baseAddress else { return }
                multiply(
                    MatrixView(vectors, texts.count, C),
                    head.weights.matrix.transposed,
                    into: MutableMatrixView(logits, texts.count, K)
                )
                freshet_add_bias(logits, head.biases.pointer, texts.count, K)
                for row in 0..<texts.count {
                    let logSum = freshet_log_sum_exp(logits + row * K, K)
                    for place in row * K..<(row + 1) * K { logits[place] = exponential(logits[place] - logSum) }
                }
            }
        }
        return result
    }

    /// The classes of a text, the most probable first.
    public func prediction(of text: String, on pool: ThreadPool) -> [(name: String, probability: Float)] {
        ranked(probabilities(of: [text], on: pool)[...])
    }

    /// The classes by their probabilities, the most probable first.
    public func ranked(_ probabilities: ArraySlice<Float>) -> [(name: String, probability: Float)] {
        zip(classes, probabilities).map { (name: $0, probability: $1) }
            .sorted { ($1.probability, $0.name) < ($0.probability, $1.name) }
    }

    /// How good it is on labelled texts.
    /// - Throws: `FreshetError` of kind `invalidData` when they have a label that it does not know.
    public func report(on texts: LabelledTexts, pool: ThreadPool) throws -> ClassificationReport {
        let numbers = try Self.numbers(of: texts, classes: classes)
        return ClassificationReport(
            classes: classes,
            labels: numbers.map(Int.init),
            probabilities: probabilities(of: texts.texts, on: pool)
        )
    }

    /// The number of each label.
    static func numbers(of texts: LabelledTexts, classes: [String]) throws -> [Int32] {
        let numbers = Dictionary(uniqueKeysWithValues: zip(classes, Int32(0)...))
        return try texts.labels.map { label in
            guard let number = numbers[label] else {
                throw FreshetError(
                    .invalidData,
                    "The classifier has no class '\(label)'.",
                    remedy: "It knows: \(classes.prefix(20).joined(separator: ", "))\(classes.count > 20 ? ", …" : "")."
                )
            }
            return number
        }
    }

    /// Vectors of length `√C`, as ``TunedEncoder`` makes them.
    static func vectors(of texts: [String], by encoder: any ItemEncoder, on pool: ThreadPool) -> [Float] {
        encoder.vectors(of: texts.map(beginning), ofLength: Float(encoder.width).squareRoot(), on: pool)
    }

    /// As much of a text as is read.
    package static func beginning(of text: String) -> String {
        text.utf8.count <= longestText
            ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(longestText)))
    }
}

import Foundation
import FreshetCore
import FreshetNN
import FreshetTensor

/// An index on disk: one safetensors file. A pretrained model that reads has to be installed where it is used.
extension ReplyIndex {
    /// The file in an index's folder.
    public static let file = "replies.safetensors"
    /// The name of the matcher by words.
    public static let words = "tfidf"

    private struct Description: Codable {
        var readers: [String]
        var threshold: Float
        /// What each reader counts; all alike in an index of before.
        var weights: [Float]?
    }

    /// What compares with a collection: the weighted mean of what all readers of a list say.
    ///
    /// - Parameters:
    ///   - texts: the collection.
    ///   - readers: names, each ``words``, `light` or a model.
    ///   - pool: the threads.
    ///   - model: finds the model of a name.
    /// - Returns: the matcher.
    /// - Throws: `FreshetError` when there is no reader or a model cannot be read.
    public static func matcher(
        of texts: [String],
        readBy readers: [String],
        on pool: ThreadPool,
        model: (String) throws -> TextEncoder
    ) throws -> any TextMatcher {
        guard !readers.isEmpty else {
            throw FreshetError(.usage, "Nothing is to read.", remedy: "Name \(words), light or a model.")
        }
        let texts = texts.map(TextClassifier.beginning)
        return MeanMatcher(
            try readers.map { name -> any TextMatcher in
                switch name {
                case words: WordMatcher(of: texts)
                case "light": VectorMatcher(of: texts, by: LightEncoder(learning: texts, on: pool), on: pool)
                default: VectorMatcher(of: texts, by: try model(name), on: pool)
                }
            }
        )
    }

    /// Writes the index into a folder, which is made where it is missing.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - readers: the names of what reads, as ``matcher(of:readBy:on:model:)`` was given them.
    /// - Throws: `FreshetError` of kind `external`.
    public func write(to folder: String, readers: [String]) throws {
        let mean = matcher as? MeanMatcher
        let parts = mean?.parts ?? [matcher]
        precondition(parts.count == readers.count, "\(readers.count) names of \(parts.count) readers")
        try DurableFolder.create(folder)
        let json = JSONEncoder()
        json.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var checkpoint = Checkpoint(arrays: ["entries": StoredArray([UInt8](try json.encode(entries)))])
        checkpoint.metadata["replies"] = String(
            decoding: try json.encode(Description(readers: readers, threshold: threshold, weights: mean?.weights)),
            as: UTF8.self
        )
        for (number, part) in parts.enumerated() {
            switch part {
            case let part as WordMatcher:
                checkpoint.arrays["\(number).words"] = StoredArray([UInt8](try json.encode(part.vectorizer)))
            case let part as VectorMatcher:
                let shape = [entries.count, part.encoder.width]
                checkpoint.arrays["\(number).vectors"] = StoredArray(part.vectors, shape: shape)
                if let model = part.encoder as? TextEncoder {
                    checkpoint.metadata["\(number).fingerprint"] = model.model.fingerprint
                }
                if let light = part.encoder as? LightEncoder {
                    checkpoint.add(light.checkpoint(), as: "\(number).light")
                }
            default: preconditionFailure("a matcher that cannot be kept: \(part)")
            }
        }
        try checkpoint.write(to: folder + "/" + Self.file)
    }

    /// Reads the index of a folder.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - model: finds the model of a name.
    /// - Throws: `FreshetError` when the file is missing, damaged or of another model.
    public init(folder: String, model: (String) throws -> TextEncoder) throws {
        let path = folder + "/" + Self.file
        let checkpoint = try Checkpoint.read(from: path)
        let decoder = JSONDecoder()
        guard let text = checkpoint.metadata["replies"],
            let description = try? decoder.decode(Description.self, from: Data(text.utf8)),
            let entries = try? decoder.decode([Entry].self, from: Data(checkpoint.numbers("entries", of: UInt8.self))),
            !description.readers.isEmpty, !entries.isEmpty,
            description.weights.map({ $0.count == description.readers.count && $0.allSatisfy(\.isFinite) }) ?? true
        else { throw FreshetError(.invalidData, "'\(path)' does not hold an index of replies.") }
        do {
            let parts = try description.readers.enumerated().map {
                try Self.part($0.offset, $0.element, of: checkpoint, entries, model)
            }
            self.init(entries, MeanMatcher(parts, weights: description.weights), threshold: description.threshold)
        } catch let error as FreshetError where error.kind == .invalidData {
            throw FreshetError(.invalidData, "'\(path)': \(error.message)", remedy: error.remedy)
        }
    }

    private static func part(
        _ number: Int,
        _ reader: String,
        of checkpoint: Checkpoint,
        _ entries: [Entry],
        _ model: (String) throws -> TextEncoder
    ) throws -> any TextMatcher {
        if reader == words {
            let bytes = Data(try checkpoint.numbers("\(number).words", of: UInt8.self))
            guard let vectorizer = try? JSONDecoder().decode(TextVectorizer.self, from: bytes) else {
                throw FreshetError(.invalidData, "array '\(number).words' does not hold the words of texts.")
            }
            return WordMatcher(of: entries.map { TextClassifier.beginning(of: $0.question) }, by: vectorizer)
        }
        let encoder: any ItemEncoder
        if let light = checkpoint.portion("\(number).light") {
            encoder = try LightEncoder(from: light)
        } else {
            let model = try model(reader)
            guard model.model.fingerprint == checkpoint.metadata["\(number).fingerprint"] else {
                throw FreshetError(
                    .invalidData,
                    "it was made with another model than the '\(reader)' that is installed.",
                    remedy: "Install the model that it was made with, or make it again."
                )
            }
            encoder = model
        }
        let shape = [entries.count, encoder.width]
        let vectors = try checkpoint.numbers("\(number).vectors", of: Float.self, shape: shape)
        guard vectors.allSatisfy(\.isFinite) else {
            throw FreshetError(.invalidData, "array '\(number).vectors' holds numbers that are not finite.")
        }
        return VectorMatcher(vectors: vectors, by: encoder)
    }
}

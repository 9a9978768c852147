import Foundation
import FreshetCore

/// The JSON documents of rows whose parts nobody searches.
package enum DocumentCoding {
    /// Writes a document.
    package static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Figures can be infinite or no number, which JSON has no words for.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf",
            negativeInfinity: "-inf",
            nan: "nan"
        )
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch let error as EncodingError {
            throw FreshetError(.usage, "A value cannot be written as JSON: \(error).")
        }
    }

    /// Reads a document; `what` names it in the error.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        _ bytes: UnsafeRawBufferPointer,
        of what: String
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf",
            negativeInfinity: "-inf",
            nan: "nan"
        )
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw FreshetError(
                .invalidData,
                "The record of \(what) in the database is damaged: \(error).",
                remedy: "Restore a backup with 'freshet restore'."
            )
        }
    }
}

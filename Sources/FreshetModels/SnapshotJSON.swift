import Foundation
import FreshetCore

/// The JSON of a snapshot's files: sorted keys, and numbers that are not finite (the loss of a training that diverged)
/// as words, since nothing of a finished training may be lost over them.
package enum SnapshotJSON {
    private static let nonFinite = (positive: "inf", negative: "-inf", nan: "nan")

    /// A value as text.
    package static func encode(_ value: some Encodable, pretty: Bool = false) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        encoder.dateEncodingStrategy = .iso8601
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: nonFinite.positive,
            negativeInfinity: nonFinite.negative,
            nan: nonFinite.nan
        )
        do {
            return try encoder.encode(value)
        } catch let error {
            preconditionFailure("\(value) cannot be written as JSON: \(error)")
        }
    }

    /// A reader of what ``encode(_:pretty:)`` wrote.
    package static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: nonFinite.positive,
            negativeInfinity: nonFinite.negative,
            nan: nonFinite.nan
        )
        return decoder
    }
}

import Foundation
import Logging

/// Writes every entry of the log as one line, text or JSON, to standard error unless told otherwise.
///
/// swift-log's own handler leaves line breaks as they are, which cuts an entry in two for whoever collects lines.
struct LineLogHandler: LogHandler {
    /// How a line looks.
    enum Format: String, CaseIterable, Sendable {
        /// `2026-01-31T12:00:00.000Z error freshet.engine: storage does not work error="The disk is full."`
        case text
        /// An object with `time`, `level`, `logger`, `message` and, if there is any, `metadata`.
        case json
    }

    let label: String
    let format: Format
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var descriptor = STDERR_FILENO

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = line(of: event, at: Date())
        // At once, so that lines of several threads do not mix.
        var bytes = Array(line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    /// The entry without its line break.
    func line(of event: LogEvent, at time: Date) -> String {
        var metadata = metadata
        metadata.merge(metadataProvider?.get() ?? [:]) { $1 }
        metadata.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error { metadata["error"] = "\(error)" }
        let moment = time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let message = event.message.description
        return switch format {
        case .text:
            "\(moment) \(event.level) \(label): \(Self.oneLine(message))"
                + metadata.sorted { $0.key < $1.key }.map { " \($0)=\(Self.quoted("\($1)"))" }.joined()
        case .json:
            LogLine(
                time: moment,
                level: event.level.rawValue,
                logger: label,
                message: message,
                metadata: metadata.isEmpty ? nil : metadata.mapValues(LogLine.Value.init)
            ).text
        }
    }

    /// A value as it is when it is one word, else in quotation marks.
    private static func quoted(_ text: String) -> String {
        let text = oneLine(text)
        guard text.isEmpty || text.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else { return text }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// A text with spaces for line breaks, and without other control characters, which a terminal would obey.
    private static func oneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "\n" || scalar == "\r" || scalar == "\t" || scalar == "\u{2028}" || scalar == "\u{2029}" {
                line.append(" ")
            } else if isControl(scalar) {
                line.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            } else {
                line.append(scalar)
            }
        }
        return String(line)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

/// An entry as JSON.
private struct LogLine: Encodable {
    /// A value of the metadata.
    enum Value: Encodable {
        case text(String)
        case list([Value])
        case parts([String: Value])

        init(_ value: Logger.Metadata.Value) {
            self =
                switch value {
                case .string(let text): .text(text)
                case .stringConvertible(let value): .text(value.description)
                case .array(let values): .list(values.map(Value.init))
                case .dictionary(let values): .parts(values.mapValues(Value.init))
                }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .list(let values): try container.encode(values)
            case .parts(let values): try container.encode(values)
            }
        }
    }

    let time: String
    let level: String
    let logger: String
    let message: String
    let metadata: [String: Value]?

    /// The object on one line; JSON writes line breaks as `\n`.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts are all it is made of.
        guard let data = try? encoder.encode(self) else { return message }
        return String(decoding: data, as: UTF8.self)
    }
}

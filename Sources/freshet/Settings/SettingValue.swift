import Configuration
import Foundation
import FreshetModels

/// The value of a setting.
enum SettingValue: Sendable, Equatable {
    case whole(Int)
    case number(Double)
    case flag(Bool)
    case text(String)
    case texts([String])
    /// A part of the file with a form of its own.
    case document(JSONValue)
}

extension SettingValue: CustomStringConvertible {
    /// The value as a person writes it.
    var description: String {
        switch self {
        case .whole(let value): String(value)
        case .number(let value): String(value)
        case .flag(let value): String(value)
        case .text(let value): "\"\(value)\""
        case .texts(let values): "[" + values.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
        case .document(let value): value.text
        }
    }
}

extension SettingValue: Encodable {
    /// Writes the plain JSON value.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .whole(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .flag(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .texts(let values): try container.encode(values)
        case .document(let value): try container.encode(value)
        }
    }
}

/// Which values a setting takes.
enum SettingKind: Sendable {
    case whole(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case flag
    case text
    case choice([String])
    case texts
    /// A part of the file with a form of its own, or the same as JSON on one line elsewhere.
    case document

    /// How configuration providers are asked for it.
    var type: ConfigType {
        switch self {
        case .whole: .int
        case .number: .double
        case .flag: .bool
        case .text, .choice, .document: .string
        case .texts: .stringArray
        }
    }

    /// What is allowed, for messages.
    var words: String {
        switch self {
        case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .text: "text"
        case .choice(let names): "one of " + names.joined(separator: ", ")
        case .texts: "a list of texts"
        case .document: "a JSON object"
        }
    }

    /// The value that a provider found, or `nil` when it is not one of this kind.
    func value(of content: ConfigContent) -> SettingValue? {
        switch (self, content) {
        case (.whole(let range), .int(let value)) where range.contains(value): .whole(value)
        case (.number(let range), .double(let value)) where range.contains(value): .number(value)
        case (.number(let range), .int(let value)) where range.contains(Double(value)): .number(Double(value))
        case (.flag, .bool(let value)): .flag(value)
        case (.text, .string(let value)): .text(value)
        case (.choice(let names), .string(let value)) where names.contains(value): .text(value)
        case (.texts, .stringArray(let values)): .texts(values)
        case (.document, .string(let text)): JSONValue(text).isObject ? .document(JSONValue(text)) : nil
        default: nil
        }
    }

    /// What a text on the command line says, for a provider.
    func content(of text: String) -> ConfigContent? {
        switch self {
        case .whole: Int(text).map(ConfigContent.int)
        case .number: Double(text).map(ConfigContent.double)
        case .flag: Bool(text).map(ConfigContent.bool)
        case .text, .choice, .document: .string(text)
        case .texts: .stringArray(text.isEmpty ? [] : text.split(separator: ",").map(String.init))
        }
    }
}

extension JSONValue {
    /// Whether it has named parts.
    var isObject: Bool {
        if case .object = self { true } else { false }
    }

    /// The value as JSON on one line.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }
}

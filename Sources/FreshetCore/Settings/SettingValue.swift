/// The value of a setting.
package enum SettingValue: Sendable, Equatable {
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
    package var description: String {
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
    package func encode(to encoder: any Encoder) throws {
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
package enum SettingKind: Sendable {
    case whole(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case flag
    case text
    case choice([String])
    case texts
    /// A part of the file with a form of its own, or the same as JSON on one line elsewhere.
    case document

    /// What is allowed, for messages.
    package var words: String {
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

    /// Whether a value is of this kind and allowed; what is not a number is in no range.
    package func takes(_ value: SettingValue) -> Bool {
        switch (self, value) {
        case (.whole(let range), .whole(let number)): range.contains(number)
        case (.number(let range), .number(let number)): range.contains(number)
        case (.choice(let names), .text(let name)): names.contains(name)
        case (.flag, .flag), (.text, .text), (.texts, .texts): true
        case (.document, .document(let tree)): tree.isObject
        default: false
        }
    }
}

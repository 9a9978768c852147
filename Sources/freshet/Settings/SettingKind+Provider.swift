import Configuration
import FreshetCore

extension SettingKind {
    /// How configuration providers are asked for a value.
    var type: ConfigType {
        switch self {
        case .whole: .int
        case .number: .double
        case .flag: .bool
        case .text, .choice, .document: .string
        case .texts: .stringArray
        }
    }

    /// The value that a provider found, or `nil` when it is not one of this kind.
    func value(of content: ConfigContent) -> SettingValue? {
        let value: SettingValue? =
            switch (self, content) {
            case (.whole, .int(let number)): .whole(number)
            case (.number, .double(let number)): .number(number)
            case (.number, .int(let number)): .number(Double(number))
            case (.flag, .bool(let flag)): .flag(flag)
            case (.text, .string(let text)), (.choice, .string(let text)): .text(text)
            case (.texts, .stringArray(let texts)): .texts(texts)
            case (.document, .string(let text)): .document(JSONValue(text: text))
            default: nil
            }
        return value.flatMap { takes($0) ? $0 : nil }
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

    /// What a value of a file is to a provider; `nil` when it is not of this kind.
    func content(of value: JSONValue) -> ConfigContent? {
        switch (self, value) {
        case (.whole, .number(let number)): Int(exactly: number).map(ConfigContent.int)
        case (.number, .number(let number)): .double(number)
        case (.flag, .bool(let flag)): .bool(flag)
        case (.text, .string(let text)), (.choice, .string(let text)): .string(text)
        case (.texts, .array(let values)): Self.texts(values).map(ConfigContent.stringArray)
        case (.document, .object): .string(value.text)
        default: nil
        }
    }

    private static func texts(_ values: [JSONValue]) -> [String]? {
        let texts = values.compactMap { value -> String? in
            if case .string(let text) = value { text } else { nil }
        }
        return texts.count == values.count ? texts : nil
    }
}

extension Setting {
    /// The key as providers know it.
    var configKey: AbsoluteConfigKey { AbsoluteConfigKey(key.split(separator: ".").map(String.init)) }
}

import Configuration
import Foundation
import FreshetCore
import FreshetModels

/// A configuration file: JSON in which `//` begins a comment and whose objects nest by the parts of a key.
struct SettingsFile {
    /// Its path.
    let path: String
    private let top: [String: JSONValue]

    /// Reads a file.
    /// - Throws: ``FreshetError`` when it cannot be read or is no JSON object.
    init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FreshetError(
                .external,
                "The configuration '\(path)' cannot be read.",
                remedy: "Give --config a file; Documentation/freshet.example.json shows every setting."
            )
        }
        try self.init(path: path, text: String(decoding: data, as: UTF8.self))
    }

    /// Reads a file's text.
    init(path: String, text: String) throws {
        let bytes = Data(Self.withoutComments(Array(text.utf8)))
        let tree: JSONValue
        do {
            tree = try JSONDecoder().decode(JSONValue.self, from: bytes)
        } catch let error as DecodingError {
            var reason = "it is malformed"
            if case .dataCorrupted(let context) = error, let cause = context.underlyingError { reason = "\(cause)" }
            throw FreshetError(.invalidData, "The configuration '\(path)' is no JSON: \(reason).")
        }
        guard case .object(let top) = tree else {
            throw FreshetError(.invalidData, "The configuration '\(path)' is no JSON object: begin it with { and }.")
        }
        self.path = path
        self.top = top
    }

    /// The values by key, such as `server.port`; documents are left whole.
    func values<Root>(of settings: [Setting<Root>]) -> [String: JSONValue] {
        let documents = settings.compactMap { setting in
            if case .document = setting.kind { setting.key } else { nil }
        }
        return Self.flat(top, below: "", whole: Set(documents))
    }

    /// A provider of the values that the settings know; those of a wrong kind are left out.
    func provider<Root>(of settings: [Setting<Root>]) -> InMemoryProvider {
        var contents: [AbsoluteConfigKey: ConfigValue] = [:]
        let values = values(of: settings)
        for setting in settings {
            guard let content = values[setting.key].flatMap({ Self.content($0, kind: setting.kind) }) else { continue }
            contents[setting.configKey] = ConfigValue(content, isSecret: false)
        }
        return InMemoryProvider(name: path, values: contents)
    }

    /// What a value is to a provider; `nil` when it is not of the kind.
    static func content(_ value: JSONValue, kind: SettingKind) -> ConfigContent? {
        switch (kind, value) {
        case (.whole, .number(let number)): Int(exactly: number).map(ConfigContent.int)
        case (.number, .number(let number)): .double(number)
        case (.flag, .bool(let flag)): .bool(flag)
        case (.text, .string(let text)), (.choice, .string(let text)): .string(text)
        case (.texts, .array(let values)): texts(values).map(ConfigContent.stringArray)
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

    private static func flat(
        _ object: [String: JSONValue],
        below prefix: String,
        whole: Set<String>
    ) -> [String: JSONValue] {
        object.reduce(into: [:]) { values, entry in
            let key = prefix + entry.key
            if case .object(let inner) = entry.value, !whole.contains(key) {
                values.merge(flat(inner, below: key + ".", whole: whole)) { $1 }
            } else {
                values[key] = entry.value
            }
        }
    }

    /// The text with spaces in place of its comments, so that the places of errors stay right.
    private static func withoutComments(_ text: [UInt8]) -> [UInt8] {
        var text = text
        var isText = false
        var position = 0
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\\") where isText: position += 1
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: "/")
            where !isText && position + 1 < text.count && text[position + 1] == UInt8(ascii: "/"):
                while position < text.count, text[position] != UInt8(ascii: "\n") {
                    text[position] = UInt8(ascii: " ")
                    position += 1
                }
            default: break
            }
            position += 1
        }
        return text
    }
}

extension Setting {
    /// The key as providers know it.
    var configKey: AbsoluteConfigKey { AbsoluteConfigKey(key.split(separator: ".").map(String.init)) }
}

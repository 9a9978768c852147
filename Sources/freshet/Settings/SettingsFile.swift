import Configuration
import Foundation
import FreshetCore

/// A configuration file: JSON in which `//` begins a comment and whose objects nest by the parts of a key.
struct SettingsFile {
    /// Its path.
    let path: String
    private let top: JSONValue

    /// Reads a file.
    /// - Throws: ``FreshetError`` when it cannot be read or is not a JSON object.
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
            throw FreshetError(.invalidData, "The configuration '\(path)' is not JSON: \(reason).")
        }
        guard tree.isObject else {
            throw FreshetError(.invalidData, "The configuration '\(path)' is not a JSON object: begin it with { and }.")
        }
        self.path = path
        top = tree
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
            guard let content = values[setting.key].flatMap(setting.kind.content(of:)) else { continue }
            contents[setting.configKey] = ConfigValue(content, isSecret: false)
        }
        return InMemoryProvider(name: path, values: contents)
    }

    private static func flat(_ value: JSONValue, below prefix: String, whole: Set<String>) -> [String: JSONValue] {
        guard case .object(let members) = value else { return [:] }
        return members.reduce(into: [:]) { values, member in
            let key = prefix + member.name
            if member.value.isObject, !whole.contains(key) {
                values.merge(flat(member.value, below: key + ".", whole: whole)) { $1 }
            } else {
                values[key] = member.value
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

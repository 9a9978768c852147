import Foundation
import FreshetCore

/// A model's settings as text, and changes to single ones by `path=value`.
package enum ConfigurationJSON {
    /// The settings with sorted keys.
    static func encode(_ configuration: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(configuration), as: UTF8.self)
        } catch let error {
            preconditionFailure("a configuration cannot be written as JSON: \(error)")
        }
    }

    /// The settings that ``encode(_:)`` wrote.
    static func decode<Settings: Decodable>(
        _ type: Settings.Type,
        from text: String,
        owner: String
    ) throws -> Settings {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw FreshetError(.invalidData, "The configuration of \(owner) is damaged: \(place(of: error)).")
        }
    }

    /// The settings of a model that ``encode(_:)`` wrote, of this version or of one that had fewer: what is missing has its
    /// default.
    static func decodeModel<Settings: ModelConfiguration>(
        _ type: Settings.Type,
        from text: String,
        owner: String
    ) throws -> Settings {
        let written = try decode(JSONValue.self, from: text, owner: owner)
        let defaults = try decode(JSONValue.self, from: encode(Settings()), owner: owner)
        return try decode(type, from: encode(written.filled(from: defaults)), owner: owner)
    }

    /// The settings with some changed.
    package static func override<Settings: Codable>(
        _ settings: Settings,
        with overrides: [String: String],
        owner: String
    ) throws -> Settings {
        guard !overrides.isEmpty else { return settings }
        var tree = try decode(JSONValue.self, from: encode(settings), owner: owner)
        for (path, text) in overrides.sorted(by: { $0.key < $1.key }) {
            try tree.set(
                path.split(separator: ".").map(String.init)[...],
                to: JSONValue(text: text),
                path: path,
                owner: owner
            )
        }
        do {
            return try JSONDecoder().decode(Settings.self, from: Data(encode(tree).utf8))
        } catch let error as DecodingError {
            throw FreshetError(.usage, "A setting of \(owner) does not fit: \(place(of: error)).")
        }
    }

    private static func place(of error: DecodingError) -> String {
        let context =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): context
            case .keyNotFound(let key, _): DecodingError.Context(codingPath: [key], debugDescription: "it is missing")
            @unknown default: DecodingError.Context(codingPath: [], debugDescription: "\(error)")
            }
        let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "'\(path)': \(context.debugDescription)"
    }
}

extension JSONValue {
    /// The value with the fields of another that it lacks, within objects of both too.
    func filled(from other: JSONValue) -> JSONValue {
        guard case .object(let own) = self, other.isObject else { return self }
        var filled = other
        for member in own { filled[member.name] = filled[member.name].map(member.value.filled) ?? member.value }
        return filled
    }

    /// Replaces the value at a path of keys and array positions that must exist.
    mutating func set(_ keys: ArraySlice<String>, to value: JSONValue, path: String, owner: String) throws {
        guard let key = keys.first else {
            self = value
            return
        }
        switch self {
        case .object(let members):
            guard var child = self[key] else {
                throw FreshetError.unknown("setting of \(owner)", path, known: members.map(\.name))
            }
            try child.set(keys.dropFirst(), to: value, path: path, owner: owner)
            self[key] = child
        case .array(var values):
            guard let position = Int(key), values.indices.contains(position) else {
                throw FreshetError.unknown("setting of \(owner)", path, known: values.indices.map(String.init))
            }
            try values[position].set(keys.dropFirst(), to: value, path: path, owner: owner)
            self = .array(values)
        default:
            throw FreshetError(.usage, "'\(path)' of \(owner) goes into a single value.")
        }
    }
}

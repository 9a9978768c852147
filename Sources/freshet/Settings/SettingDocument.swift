import Foundation
import FreshetModels

/// Parts of a configuration file that have a form of their own.
enum SettingDocument {
    /// A value as the file has it.
    static func tree(of value: some Encodable) -> JSONValue {
        guard let data = try? JSONEncoder().encode(value) else { return .null }
        return (try? JSONDecoder().decode(JSONValue.self, from: data)) ?? .null
    }

    /// The value of a part of the file.
    static func decode<Value: Decodable>(_ type: Value.Type, _ tree: JSONValue) throws -> Value {
        try JSONDecoder().decode(type, from: JSONEncoder().encode(tree))
    }

    /// What is wrong with a part of the file: a value of a wrong kind, or a name that nothing has.
    static func problem<Value: Codable>(with tree: JSONValue, as type: Value.Type) -> String? {
        do {
            let unknown = unknownNames(in: tree, read: Self.tree(of: try decode(type, tree)), path: "")
            return unknown.isEmpty ? nil : "has no '\(unknown.joined(separator: "', '"))'"
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.keyNotFound(_, let context), DecodingError.dataCorrupted(let context)
        {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return "is wrong\(path.isEmpty ? "" : " at '\(path)'"): \(context.debugDescription)"
        } catch let error {
            return "cannot be read: \(error)"
        }
    }

    /// The names that were given but are not there when what was read is written again.
    private static func unknownNames(in given: JSONValue, read: JSONValue, path: String) -> [String] {
        guard case .object(let fields) = given, case .object(let known) = read else { return [] }
        return fields.sorted { $0.key < $1.key }.flatMap { name, value -> [String] in
            if value == .null { return [] }
            guard let other = known[name] else { return [path + name] }
            return unknownNames(in: value, read: other, path: path + name + ".")
        }
    }
}

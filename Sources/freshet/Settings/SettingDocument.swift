import Foundation
import FreshetCore
import FreshetModels

/// Parts of a configuration file that have a form of their own: what is given is laid over the default.
///
/// Names may be written as the rest of the file has them (`retrain_interval`) or as the libraries do
/// (`retrainInterval`).
enum SettingDocument {
    /// A value as the file shows it.
    static func tree(of value: some Encodable) -> JSONValue { named(raw(value)) }

    /// The value of a part of the file.
    /// - Throws: `DecodingError` for a value of a wrong kind.
    static func decode<Value: Codable>(_ given: JSONValue, over defaults: Value) throws -> Value {
        let merged = merge(given, over: raw(defaults))
        return try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(merged))
    }

    /// What is wrong with a part of the file: a value of a wrong kind, or a name that nothing has.
    static func problem(with given: JSONValue, over defaults: some Codable) -> String? {
        do {
            let read = raw(try decode(given, over: defaults))
            let unknown = unknownNames(in: merge(given, over: raw(defaults)), read: read, path: "")
            return unknown.isEmpty ? nil : "has no \(unknown.joined(separator: ", "))"
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.keyNotFound(_, let context), DecodingError.dataCorrupted(let context)
        {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return "is wrong\(path.isEmpty ? "" : " at '\(path)'"): \(context.debugDescription)"
        } catch let error {
            return "cannot be read: \(error)"
        }
    }

    /// `retrainInterval` as `retrain_interval`.
    static func fileName(_ name: String) -> String {
        var result = ""
        for letter in name {
            if letter.isUppercase, result.last?.isLowercase == true { result += "_" }
            result += letter.lowercased()
        }
        return result
    }

    private static func raw(_ value: some Encodable) -> JSONValue {
        guard let data = try? JSONEncoder().encode(value) else { return .null }
        return (try? JSONDecoder().decode(JSONValue.self, from: data)) ?? .null
    }

    private static func named(_ tree: JSONValue) -> JSONValue {
        switch tree {
        case .object(let fields):
            .object(Dictionary(fields.map { (fileName($0), named($1)) }) { $1 })
        case .array(let values): .array(values.map(named))
        default: tree
        }
    }

    /// What is given wins; names that mean the same are one.
    private static func merge(_ given: JSONValue, over base: JSONValue) -> JSONValue {
        guard case .object(let fields) = given, case .object(var result) = base else { return given }
        let names = Dictionary(result.keys.map { (fileName($0), $0) }) { $1 }
        for (name, value) in fields {
            let known = names[fileName(name)] ?? name
            result[known] = result[known].map { merge(value, over: $0) } ?? value
        }
        return .object(result)
    }

    /// The names that were given but are not there when what was read is written again, each with what may be meant.
    private static func unknownNames(in given: JSONValue, read: JSONValue, path: String) -> [String] {
        guard case .object(let fields) = given, case .object(let known) = read else { return [] }
        return fields.sorted { $0.key < $1.key }.flatMap { name, value -> [String] in
            if value == .null { return [] }
            guard let other = known[name] else {
                let hint = Spelling.nearest(to: name, among: known.keys.map(fileName).sorted())
                return ["'\(path + name)'" + (hint.map { " (did you mean '\($0)'?)" } ?? "")]
            }
            return unknownNames(in: value, read: other, path: path + name + ".")
        }
    }
}

extension JSONValue {
    /// Whether an object has a field, given by its path such as `publication.retrain_interval`, in either spelling.
    func has(_ path: String) -> Bool {
        guard case .object(let fields) = self else { return false }
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard let value = fields.first(where: { SettingDocument.fileName($0.key) == parts[0] })?.value else {
            return false
        }
        return parts.count == 1 || value.has(parts[1])
    }

    /// The object without some fields, given by their paths as the file spells them.
    func without(_ paths: some Sequence<String>) -> JSONValue {
        paths.reduce(self) { $0.without($1.split(separator: ".").map(String.init)[...]) }
    }

    private func without(_ path: ArraySlice<String>) -> JSONValue {
        guard case .object(var fields) = self, let name = path.first else { return self }
        fields[name] = path.count == 1 ? nil : fields[name]?.without(path.dropFirst())
        return .object(fields)
    }
}

import Foundation

/// Parts of a configuration file that have a form of their own: what is given is laid over the default.
///
/// Names may be written as the rest of the file has them (`retrain_interval`) or as the libraries do
/// (`retrainInterval`).
package enum SettingDocument {
    /// A value as the file shows it.
    package static func tree(of value: some Encodable) -> JSONValue { named(raw(value)) }

    /// The value of a part of the file.
    /// - Throws: `DecodingError` for a value of a wrong kind.
    package static func decode<Value: Codable>(_ given: JSONValue, over defaults: Value) throws -> Value {
        let merged = merge(given, over: raw(defaults))
        return try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(merged))
    }

    /// What is wrong with a part of the file: a value of a wrong kind, or a name that nothing has.
    package static func problem(with given: JSONValue, over defaults: some Codable) -> String? {
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
        case .object(let members):
            JSONValue(sorting: Dictionary(members.map { (fileName($0.name), named($0.value)) }) { $1 })
        case .array(let values): .array(values.map(named))
        default: tree
        }
    }

    /// What is given wins; names that mean the same are one.
    private static func merge(_ given: JSONValue, over base: JSONValue) -> JSONValue {
        guard case .object(let members) = given, case .object(let known) = base else { return given }
        let names = Dictionary(known.map { (fileName($0.name), $0.name) }) { $1 }
        return members.reduce(into: base) { result, member in
            let name = names[fileName(member.name)] ?? member.name
            result[name] = result[name].map { merge(member.value, over: $0) } ?? member.value
        }
    }

    /// The names that were given but are not there when what was read is written again, each with what may be meant.
    private static func unknownNames(in given: JSONValue, read: JSONValue, path: String) -> [String] {
        guard case .object(let members) = given, case .object(let known) = read else { return [] }
        return members.sorted { $0.name < $1.name }.flatMap { member -> [String] in
            if member.value == .null { return [] }
            guard let other = read[member.name] else {
                let hint = Spelling.nearest(to: member.name, among: known.map { fileName($0.name) }.sorted())
                return ["'\(path + member.name)'" + (hint.map { " (did you mean '\($0)'?)" } ?? "")]
            }
            return unknownNames(in: member.value, read: other, path: path + member.name + ".")
        }
    }
}

extension JSONValue {
    /// Whether an object has a field, given by its path such as `publication.retrain_interval`, in either spelling.
    func has(_ path: String) -> Bool {
        guard case .object(let members) = self else { return false }
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard let value = members.first(where: { SettingDocument.fileName($0.name) == parts[0] })?.value else {
            return false
        }
        return parts.count == 1 || value.has(parts[1])
    }

    /// The object without some fields, given by their paths as the file spells them.
    func without(_ paths: some Sequence<String>) -> JSONValue {
        paths.reduce(self) { $0.without($1.split(separator: ".").map(String.init)[...]) }
    }

    private func without(_ path: ArraySlice<String>) -> JSONValue {
        guard let name = path.first else { return self }
        var result = self
        result[name] = path.count == 1 ? nil : self[name]?.without(path.dropFirst())
        return result
    }
}

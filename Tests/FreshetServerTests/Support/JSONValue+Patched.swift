import FreshetCore

@testable import FreshetServer

extension JSONValue {
    /// This document after a JSON Patch, carried out word by word as RFC 6902 has it; names are in order afterwards.
    func patched(_ operations: [JSONValue]) -> JSONValue {
        operations.reduce(sorted) { document, operation in
            guard case .string(let name) = operation["op"], case .string(let path) = operation["path"] else {
                preconditionFailure("no operation: \(operation)")
            }
            let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
                String($0).replacing("~1", with: "/").replacing("~0", with: "~")
            }
            return document.changed(at: parts[...], name, operation["value"]?.sorted)
        }
    }

    private func changed(at path: ArraySlice<String>, _ name: String, _ value: JSONValue?) -> JSONValue {
        guard let part = path.first else { return value ?? .null }
        let isLast = path.count == 1
        switch self {
        case .object(var members):
            let place = members.firstIndex { $0.name == part }
            precondition((place != nil) == (name != "add" || !isLast), "\(name) of \(part)")
            if isLast {
                if let place { members.remove(at: place) }
                if let value { members.append(Member(name: part, value: value)) }
            } else if let place {
                members[place] = Member(
                    name: part,
                    value: members[place].value.changed(at: path.dropFirst(), name, value)
                )
            }
            return .object(members.sorted { $0.name < $1.name })
        case .array(var values):
            guard let index = Int(part) else { preconditionFailure("no index: \(part)") }
            if !isLast {
                values[index] = values[index].changed(at: path.dropFirst(), name, value)
            } else if name == "add", let value {
                values.insert(value, at: index)
            } else if let value {
                values[index] = value
            } else {
                values.remove(at: index)
            }
            return .array(values)
        default: preconditionFailure("nothing at \(part)")
        }
    }

    /// The same with the members of objects in order of their names.
    var sorted: JSONValue {
        switch self {
        case .array(let values): .array(values.map(\.sorted))
        case .object(let members):
            .object(members.sorted { $0.name < $1.name }.map { Member(name: $0.name, value: $0.value.sorted) })
        default: self
        }
    }
}

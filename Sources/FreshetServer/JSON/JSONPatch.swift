import FreshetCore

/// The difference between two JSON values as a JSON Patch (RFC 6902) of the operations `add`, `remove` and `replace`.
///
/// Arrays that grew at an end or lost some elements cost only what came and went; a part of which so much changed that
/// naming the changes would take longer than the part itself is replaced whole.
enum JSONPatch {
    /// The operations that turn one value into another, in the order to carry them out; none when they are equal.
    static func operations(from old: JSONValue, to new: JSONValue) -> [JSONValue] {
        operations(from: old, to: new, at: "")
    }

    private static func operations(from old: JSONValue, to new: JSONValue, at path: String) -> [JSONValue] {
        guard old != new else { return [] }
        let whole = operation("replace", path, new)
        let parts: [JSONValue]
        switch (old, new) {
        case (.object(let old), .object(let new)): parts = members(from: old, to: new, at: path)
        case (.array(let old), .array(let new)): parts = elements(from: old, to: new, at: path)
        default: return [whole]
        }
        let length = parts.reduce(0) { $0 + $1.approximateLength }
        return length < whole.approximateLength ? parts : [whole]
    }

    private static func members(from old: [JSONValue.Member], to new: [JSONValue.Member], at path: String)
        -> [JSONValue]
    {
        var before = Dictionary(old.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        var parts: [JSONValue] = []
        for member in new {
            let place = "\(path)/\(escaped(member.name))"
            if let value = before.removeValue(forKey: member.name) {
                parts += operations(from: value, to: member.value, at: place)
            } else {
                parts.append(operation("add", place, member.value))
            }
        }
        return parts + before.keys.sorted().map { operation("remove", "\(path)/\(escaped($0))") }
    }

    private static func elements(from old: [JSONValue], to new: [JSONValue], at path: String) -> [JSONValue] {
        // Removals come first, from the end, then insertions from the front: the order in which indices stay true.
        new.difference(from: old).map { change in
            switch change {
            case .remove(let index, _, _): operation("remove", "\(path)/\(index)")
            case .insert(let index, let element, _): operation("add", "\(path)/\(index)", element)
            }
        }
    }

    private static func operation(_ name: String, _ path: String, _ value: JSONValue? = nil) -> JSONValue {
        let operation: JSONValue = ["op": .string(name), "path": .string(path)]
        return value.map { operation.adding("value", $0) } ?? operation
    }

    /// A name as part of a JSON Pointer (RFC 6901).
    private static func escaped(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        return String(name.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined())
    }
}

extension JSONValue {
    /// How long its text is, more or less: enough to choose the shorter of two.
    fileprivate var approximateLength: Int {
        switch self {
        case .null, .bool: 5
        case .number(let number): Int64(exactly: number) == nil ? 18 : 6
        case .string(let text): text.utf8.count + 2
        case .array(let values): values.reduce(2) { $0 + $1.approximateLength + 1 }
        case .object(let members): members.reduce(2) { $0 + $1.name.utf8.count + $1.value.approximateLength + 4 }
        }
    }
}

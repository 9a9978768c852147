import FreshetCore

/// What a JSON text is read into; the members of an object keep their order.
package protocol JSONTree {
    /// A member of an object.
    associatedtype Member

    static var null: Self { get }
    static func bool(_ truth: Bool) -> Self
    static func number(_ number: Double) -> Self
    static func text(_ text: String) -> Self
    static func array(_ elements: [Self]) -> Self
    static func member(_ name: String, _ value: Self) -> Member
    static func object(_ members: [Member]) -> Self
}

extension JSONTree {
    /// Reads a text that is one value.
    package init(reading bytes: UnsafeBufferPointer<UInt8>, rules: JSONRules) throws(JSONFault) {
        guard UTF8Check.isValid(bytes) else { throw JSONFault("not UTF-8") }
        var cursor = JSONCursor(bytes, rules: rules)
        cursor.skipBlanks()
        self = try Self.value(&cursor, depth: 0)
        cursor.skipBlanks()
        guard cursor.isAtEnd else { throw cursor.fault("something follows the value") }
    }

    private static func value(_ cursor: inout JSONCursor, depth: Int) throws(JSONFault) -> Self {
        switch cursor.next {
        case UInt8(ascii: "\""): return .text(try cursor.string().string)
        case UInt8(ascii: "{"): return try object(&cursor, depth: depth + 1)
        case UInt8(ascii: "["): return try array(&cursor, depth: depth + 1)
        case UInt8(ascii: "-"), 0x30...0x39:
            guard let number = NumberText.double(try cursor.number()) else {
                throw cursor.fault("a number out of range")
            }
            return .number(number)
        case let first:
            try cursor.skipValue(depth: depth)
            return first == UInt8(ascii: "n") ? .null : .bool(first == UInt8(ascii: "t"))
        }
    }

    private static func array(_ cursor: inout JSONCursor, depth: Int) throws(JSONFault) -> Self {
        try cursor.checkDepth(depth)
        _ = cursor.take(UInt8(ascii: "["))
        cursor.skipBlanks()
        var values: [Self] = []
        while !cursor.take(UInt8(ascii: "]")) {
            values.append(try value(&cursor, depth: depth))
            try cursor.takeComma(before: UInt8(ascii: "]"))
        }
        return .array(values)
    }

    private static func object(_ cursor: inout JSONCursor, depth: Int) throws(JSONFault) -> Self {
        try cursor.checkDepth(depth)
        _ = cursor.take(UInt8(ascii: "{"))
        cursor.skipBlanks()
        var members: [Member] = []
        // Objects are small, but a stranger's may not be: a set keeps the check for repeated names linear.
        var names: Set<String> = []
        while !cursor.take(UInt8(ascii: "}")) {
            let name = try cursor.string().string
            guard cursor.rules.allowsRepeatedFields || names.insert(name).inserted else {
                throw cursor.fault("the field '\(name)' a second time")
            }
            cursor.skipBlanks()
            guard cursor.take(UInt8(ascii: ":")) else { throw cursor.fault("no colon") }
            cursor.skipBlanks()
            members.append(member(name, try value(&cursor, depth: depth)))
            try cursor.takeComma(before: UInt8(ascii: "}"))
        }
        return .object(members)
    }
}

extension JSONValue: JSONTree {
    package static func text(_ text: String) -> JSONValue { .string(text) }
    package static func member(_ name: String, _ value: JSONValue) -> Member { Member(name: name, value: value) }
}

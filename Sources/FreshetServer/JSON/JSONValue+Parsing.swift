import FreshetData
import Hummingbird

extension JSONValue {
    /// Reads a document by the rules for requests.
    /// - Throws: ``Problem`` of status 400 when it is not one JSON value.
    init(_ body: ByteBuffer) throws(Problem) {
        do {
            self = try body.withUnsafeReadableBytes { Self.parse($0.bindMemory(to: UInt8.self)) }.get()
        } catch {
            throw .malformed(error.description)
        }
    }

    /// Reads each line of a body of lines as a document; empty lines are passed over.
    static func lines(_ body: ByteBuffer) throws(Problem) -> [JSONValue] {
        let lines = body.withUnsafeReadableBytes { bytes in
            bytes.bindMemory(to: UInt8.self).split(separator: UInt8(ascii: "\n"))
                .filter { !$0.allSatisfy { $0 <= 0x20 } }.map { Self.parse(UnsafeBufferPointer(rebasing: $0)) }
        }
        var values: [JSONValue] = []
        for line in lines {
            do {
                values.append(try line.get())
            } catch {
                throw .malformed("line \(values.count + 1): \(error)")
            }
        }
        return values
    }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONFault> {
        Result { () throws(JSONFault) in
            guard UTF8Check.isValid(bytes) else { throw JSONFault("not UTF-8") }
            var cursor = JSONCursor(bytes, rules: .requests)
            cursor.skipBlanks()
            let value = try value(&cursor, depth: 0)
            cursor.skipBlanks()
            guard cursor.isAtEnd else { throw cursor.fault("something follows the value") }
            return value
        }
    }

    private static func value(_ cursor: inout JSONCursor, depth: Int) throws(JSONFault) -> JSONValue {
        switch cursor.next {
        case UInt8(ascii: "\""): return .string(try cursor.string().string)
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

    private static func array(_ cursor: inout JSONCursor, depth: Int) throws(JSONFault) -> JSONValue {
        try cursor.checkDepth(depth)
        _ = cursor.take(UInt8(ascii: "["))
        cursor.skipBlanks()
        var values: [JSONValue] = []
        while !cursor.take(UInt8(ascii: "]")) {
            values.append(try value(&cursor, depth: depth))
            try cursor.takeComma(before: UInt8(ascii: "]"))
        }
        return .array(values)
    }

    private static func object(_ cursor: inout JSONCursor, depth: Int) throws(JSONFault) -> JSONValue {
        try cursor.checkDepth(depth)
        _ = cursor.take(UInt8(ascii: "{"))
        cursor.skipBlanks()
        var members: [Member] = []
        // Objects of requests are small, but a stranger's may not be: a set keeps the check for repeated names linear.
        var names: Set<String> = []
        while !cursor.take(UInt8(ascii: "}")) {
            let name = try cursor.string().string
            guard names.insert(name).inserted else { throw cursor.fault("the field '\(name)' a second time") }
            cursor.skipBlanks()
            guard cursor.take(UInt8(ascii: ":")) else { throw cursor.fault("no colon") }
            cursor.skipBlanks()
            members.append(Member(name: name, value: try value(&cursor, depth: depth)))
            try cursor.takeComma(before: UInt8(ascii: "}"))
        }
        return .object(members)
    }
}

import Foundation
import FreshetCore
import FreshetData
import FreshetNN

/// A JSON value whose names and strings are bytes: Swift's strings and Foundation's dictionaries would take two tokens for one
/// that Unicode calls equivalent.
enum JSONDocument: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string([UInt8])
    case array([JSONDocument])
    case object([Member])

    /// A member of an object.
    struct Member: Sendable, Equatable {
        let name: [UInt8]
        let value: JSONDocument
    }

    /// Reads a file.
    /// - Throws: `FreshetError` of kind `external` when it cannot be read, `invalidData` when it is not JSON.
    static func read(_ path: String) throws -> JSONDocument {
        let bytes = try FileContents.read(path)
        do {
            return try bytes.withUnsafeBytes { try JSONDocument($0.bindMemory(to: UInt8.self)) }
        } catch let fault as JSONFault {
            throw FreshetError(
                .invalidData,
                "'\(path)' is not JSON: \(fault).",
                remedy: "Copy it again from where it was made."
            )
        }
    }

    /// Reads a text.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONFault) { try self.init(reading: bytes, rules: .files) }

    /// The member of a name, where this is an object that has it.
    subscript(_ name: String) -> JSONDocument? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.elementsEqual(name.utf8) }?.value
    }

    /// The string, where this is one.
    var bytes: [UInt8]? { if case .string(let bytes) = self { bytes } else { nil } }
    /// The string as text, where this is one.
    var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
    /// The elements, where this is an array.
    var elements: [JSONDocument]? { if case .array(let elements) = self { elements } else { nil } }
    /// The members, where this is an object.
    var members: [Member]? { if case .object(let members) = self { members } else { nil } }
    /// The truth value, where this is one.
    var truth: Bool? { if case .bool(let truth) = self { truth } else { nil } }
    /// The number, where this is one.
    var double: Double? { if case .number(let number) = self { number } else { nil } }
    /// The number of a token, where this is one.
    var id: Int32? { double.flatMap { Int32(exactly: $0) }.flatMap { $0 >= 0 ? $0 : nil } }
}

extension JSONDocument: JSONTree {
    /// A string, by its bytes.
    static func text(_ text: String) -> JSONDocument { .string(Array(text.utf8)) }

    static func member(_ name: String, _ value: JSONDocument) -> Member {
        Member(name: Array(name.utf8), value: value)
    }
}

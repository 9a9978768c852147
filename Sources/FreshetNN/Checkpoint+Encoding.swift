import Foundation
import FreshetCore

/// The safetensors layout: eight bytes with the header's length, a JSON header, the arrays' bytes without a gap.
///
/// Arrays of wide numbers come first and the header is padded with blanks to a multiple of eight bytes, so that every
/// array lies as its numbers need.
extension Checkpoint {
    /// The longest header that readers of the format accept.
    private static let longestHeader = 100_000_000
    private static let lengthSize = 8

    /// Calls `body` with the parts of the file, one after the other, where they lie.
    package func forEachPart(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        let order = arraysInOrder
        for part in header(of: order) { try part.withUnsafeBytes(body) }
        for array in order { try array.value.withBytes(body) }
    }

    private typealias NamedArray = (key: String, value: StoredArray)

    private var arraysInOrder: [NamedArray] {
        arrays.sorted { ($1.value.elementType.size, $0.key) < ($0.value.elementType.size, $1.key) }
    }

    /// The header and what goes before it, with the checksum of the arrays.
    private func header(of order: [NamedArray]) -> [Data] {
        var header = Header(metadata: metadata)
        header.metadata[SelfChecksum.key] = SelfChecksum.placeholder
        var offset = 0
        for (name, array) in order {
            let end = offset + array.byteCount
            header.arrays[name] = .init(
                dtype: array.elementType.rawValue,
                shape: array.shape,
                data_offsets: [offset, end]
            )
            offset = end
        }
        var text = header.json()
        let gap = (Self.lengthSize - text.count % Self.lengthSize) % Self.lengthSize
        text.append(Data(repeating: UInt8(ascii: " "), count: gap))
        SelfChecksum.seal(&text) { sum in
            order.reduce(sum) { sum, array in array.value.withBytes { Checksum.crc32($0, after: sum) } }
        }
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        return [length, text]
    }

    /// Reads the bytes of a file; the arrays share their memory.
    /// - Throws: ``FreshetError`` of kind `invalidData`.
    package init(encoded bytes: Data, requiringChecksum: Bool) throws {
        guard bytes.count >= Self.lengthSize else { throw Self.damage("it has only \(bytes.count) bytes.") }
        let length = bytes.prefix(Self.lengthSize).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let rest = bytes.dropFirst(Self.lengthSize)
        guard length <= UInt64(min(Self.longestHeader, rest.count)) else {
            throw Self.damage("its header should have \(length) bytes, but \(rest.count) follow.")
        }
        let text = rest.prefix(Int(length))
        let body = rest.dropFirst(Int(length))
        guard let header = try? JSONDecoder().decode(Header.self, from: text) else {
            throw Self.damage("its header is not what a safetensors file has.")
        }
        switch SelfChecksum.matches(text, following: body) {
        case true?: break
        case false?: throw Self.damage("its checksum does not fit its content.")
        case nil: if requiringChecksum { throw Self.damage("it carries no checksum.") }
        }
        self.init(metadata: header.metadata)
        metadata[SelfChecksum.key] = nil
        arrays.reserveCapacity(header.arrays.count)
        var end = 0
        for (name, entry) in header.arrays.sorted(by: {
            $0.value.data_offsets.lexicographicallyPrecedes($1.value.data_offsets)
        }) {
            let range = try entry.checkedRange(name, after: end, limit: body.count)
            end = range.upperBound
            arrays[name] = StoredArray(
                elementType: try entry.checkedType(name),
                shape: entry.shape,
                bytes: body[(body.startIndex + range.lowerBound)..<(body.startIndex + range.upperBound)]
            )
        }
        guard end == body.count else { throw Self.damage("\(body.count - end) bytes belong to no array.") }
    }

    fileprivate static func damage(_ what: String) -> FreshetError { FreshetError(.invalidData, what) }
}

/// The JSON header.
private struct Header: Codable {
    /// One array's entry, its keys as the format names them.
    struct Entry: Codable {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]

        func checkedType(_ name: String) throws -> StoredArray.ElementType {
            guard let type = StoredArray.ElementType(rawValue: dtype) else {
                throw FreshetError(
                    .invalidData,
                    "array '\(name)' holds numbers of type \(dtype).",
                    remedy: "Types that can be read: F32, F16, BF16, F64, I32, I64, I8, U8, BOOL."
                )
            }
            return type
        }

        /// The bytes of the array, which must begin where the one before ends and have the size of the shape.
        func checkedRange(_ name: String, after end: Int, limit: Int) throws -> Range<Int> {
            guard data_offsets.count == 2, data_offsets[0] == end, data_offsets[0] <= data_offsets[1],
                data_offsets[1] <= limit
            else { throw Checkpoint.damage("array '\(name)' lies at \(data_offsets) of \(limit) bytes.") }
            var size = try checkedType(name).size
            for dimension in shape {
                let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
                guard dimension >= 0, !overflow else { throw Checkpoint.damage("array '\(name)' has shape \(shape).") }
                size = product
            }
            guard size == data_offsets[1] - data_offsets[0] else {
                throw Checkpoint.damage("array '\(name)' of shape \(shape) lies at \(data_offsets).")
            }
            return data_offsets[0]..<data_offsets[1]
        }
    }

    struct Key: CodingKey {
        static let metadata = Key(stringValue: "__metadata__")
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    var arrays: [String: Entry] = [:]
    var metadata: [String: String]

    init(metadata: [String: String]) { self.metadata = metadata }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        metadata = try container.decodeIfPresent([String: String].self, forKey: .metadata) ?? [:]
        for key in container.allKeys where key.stringValue != Key.metadata.stringValue {
            arrays[key.stringValue] = try container.decode(Entry.self, forKey: key)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(metadata, forKey: .metadata)
        for (name, entry) in arrays { try container.encode(entry, forKey: Key(stringValue: name)) }
    }

    /// The header as text, its keys sorted so that equal checkpoints make equal files.
    func json() -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(self)
        } catch let error {
            preconditionFailure("a checkpoint's header cannot be written as JSON: \(error)")
        }
    }
}

#if PostgreSQL
/// A parameter of a statement, sent in binary.
///
/// NULL has a type too, so that a statement that was prepared once serves every call. External ids are bytes: they are
/// compared and ordered as bytes, and may hold a zero, which no text of PostgreSQL can.
enum PostgresValue: Sendable {
    /// `bigint`.
    case integer(Int64?)
    /// `double precision`.
    case double(Double?)
    /// `bytea`.
    case bytes([UInt8]?)
    /// `bigint[]`.
    case integers([Int64])
    /// `bytea[]`.
    case byteLists([[UInt8]])

    /// The bytes of a text.
    static func text(_ text: String?) -> PostgresValue { .bytes(text.map { Array($0.utf8) }) }

    /// A whole number of any width.
    static func number(_ number: some BinaryInteger) -> PostgresValue { .integer(Int64(number)) }

    /// The type's number in PostgreSQL's catalogue, which never changes.
    var type: UInt32 {
        switch self {
        case .integer: 20
        case .double: 701
        case .bytes: 17
        case .integers: 1016
        case .byteLists: 1001
        }
    }

    /// The bytes that are sent; `nil` for NULL.
    var encoded: [UInt8]? {
        switch self {
        case .integer(let number):
            return number.map { NetworkBytes($0).bytes }
        case .double(let number):
            return number.map { NetworkBytes($0.bitPattern).bytes }
        case .bytes(let bytes):
            return bytes
        case .integers(let numbers):
            return Self.array(of: 20, count: numbers.count) { writer in
                for number in numbers {
                    writer.append(Int32(8))
                    writer.append(number)
                }
            }
        case .byteLists(let lists):
            return Self.array(of: 17, count: lists.count) { writer in
                for list in lists { writer.append(list) }
            }
        }
    }

    /// An array of one dimension: dimensions, whether NULLs are among it, type, length, first index, elements.
    private static func array(of type: Int32, count: Int, _ write: (inout NetworkBytes) -> Void) -> [UInt8] {
        var writer = NetworkBytes()
        for number in [Int32(count == 0 ? 0 : 1), 0, type] { writer.append(number) }
        guard count > 0 else { return writer.bytes }
        writer.append(Int32(count))
        writer.append(Int32(1))
        write(&writer)
        return writer.bytes
    }
}

/// Bytes in the order of the network: the highest of a number first.
struct NetworkBytes {
    private(set) var bytes: [UInt8] = []

    init() {}

    init(_ number: some FixedWidthInteger) { append(number) }

    mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends a length and the bytes.
    mutating func append(_ list: [UInt8]) {
        append(Int32(list.count))
        bytes.append(contentsOf: list)
    }

    /// Appends bytes as they are.
    mutating func append(raw list: some Collection<UInt8>) { bytes.append(contentsOf: list) }
}
#endif

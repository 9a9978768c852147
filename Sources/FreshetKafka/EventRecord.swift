import FreshetCore

/// The form of an event in Protocol buffers, version 3.
///
/// ```proto
/// message Event {
///   string user = 1;
///   string item = 2;
///   string type = 3;
///   optional double value = 4;
///   optional int64 time = 5;  // milliseconds since 1970
///   string id = 6;
///   string recommendation_id = 7;
///   string session = 8;
///   string text = 9;          // a search, without an item
///   optional double profit = 10;
/// }
/// ```
///
/// Fields that it does not know are passed over, as the form's rules have it: a schema one version ahead is read.
enum EventRecord {
    /// Reads an event.
    /// - Throws: ``BadMessage`` where the bytes are not of this form, or name neither who nor what.
    static func event(_ bytes: [UInt8]) throws(BadMessage) -> Event {
        var fields = ProtobufFields(bytes)
        var texts: [UInt64: String] = [:]
        var (value, profit, time) = (Double?.none, Double?.none, Int64?.none)
        while let field = try fields.next() {
            switch (field.number, field.content) {
            case (1...3, .bytes(let range)), (6...9, .bytes(let range)):
                guard let text = String(validating: bytes[range], as: UTF8.self) else {
                    throw BadMessage("field \(field.number) is not UTF-8")
                }
                texts[field.number] = text
            case (4, .eightBytes(let bits)): value = Double(bitPattern: bits)
            case (5, .integer(let bits)): time = Int64(bitPattern: bits)
            case (10, .eightBytes(let bits)): profit = Double(bitPattern: bits)
            case (1...10, _): throw BadMessage("field \(field.number) has another type")
            default: continue
            }
        }
        // A text that is empty is one that was left out.
        func text(_ number: UInt64) -> String? { texts[number].flatMap { $0.isEmpty ? nil : $0 } }
        guard let user = Event.user(text(1), orVisitorOf: text(8)) else { throw BadMessage("no 'user' nor 'session'") }
        let moment = time.map { Timestamp(milliseconds: $0) }
        if let search = text(9), text(2) == nil {
            if let problem = SearchText.problem(with: search.utf8) { throw BadMessage("'text' \(problem)") }
            return Event(user: user, searching: search, time: moment, id: text(6), session: text(8))
        }
        guard let item = text(2) else { throw BadMessage("no 'item'") }
        return Event(
            user: user,
            item: item,
            type: text(3).map { EventType(rawValue: $0) } ?? .view,
            value: value.map(Float.init),
            profit: profit,
            time: moment,
            id: text(6),
            recommendationID: text(7),
            session: text(8)
        )
    }
}

/// Goes through the fields of a message in Protocol buffers.
struct ProtobufFields {
    /// A field.
    struct Field: Equatable {
        let number: UInt64
        let content: Content
    }

    /// What a field holds, by its wire type.
    enum Content: Equatable {
        case integer(UInt64)
        case eightBytes(UInt64)
        case bytes(Range<Int>)
        case fourBytes(UInt32)
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next field; `nil` at the end.
    /// - Throws: ``BadMessage`` where the bytes end within a field, or are of no known wire type.
    mutating func next() throws(BadMessage) -> Field? {
        guard position < bytes.count else { return nil }
        let tag = try integer()
        guard tag >> 3 > 0 else { throw BadMessage("not a Protocol buffer: a field of number 0") }
        return Field(number: tag >> 3, content: try content(wireType: tag & 7))
    }

    private mutating func content(wireType: UInt64) throws(BadMessage) -> Content {
        switch wireType {
        case 0: return .integer(try integer())
        case 1: return .eightBytes(try fixed(8))
        case 2:
            let count = try integer()
            guard count <= UInt64(bytes.count - position) else { throw Self.cutOff }
            defer { position += Int(count) }
            return .bytes(position..<position + Int(count))
        case 5: return .fourBytes(UInt32(truncatingIfNeeded: try fixed(4)))
        default: throw BadMessage("not a Protocol buffer: wire type \(wireType)")
        }
    }

    private mutating func integer() throws(BadMessage) -> UInt64 {
        var (result, shift) = (UInt64(0), UInt64(0))
        while shift < 64 {
            guard position < bytes.count else { throw Self.cutOff }
            let byte = bytes[position]
            position += 1
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
            shift += 7
        }
        throw BadMessage("not a Protocol buffer: a number of more than 64 bits")
    }

    private mutating func fixed(_ count: Int) throws(BadMessage) -> UInt64 {
        guard bytes.count - position >= count else { throw Self.cutOff }
        defer { position += count }
        return bytes[position..<position + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static var cutOff: BadMessage { BadMessage("not a Protocol buffer: it ends within a field") }
}

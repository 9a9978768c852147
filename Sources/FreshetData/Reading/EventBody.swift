import FreshetCore

/// The events of one delivery: a JSON object, an array of them, or one object a line (NDJSON).
///
/// Where the whole is not JSON nothing is taken. Where it is, events that are no events are refused one by one, and the
/// others stand; in NDJSON each line is a whole of its own. An event of the type `seen` may name several `items`: it is one
/// event each.
package struct EventBody: Sendable {
    /// How a delivery is written.
    package enum Form: Sendable {
        /// One object, or an array of objects.
        case json
        /// One object a line; empty lines are passed over.
        case lines
    }

    /// An event that was refused.
    package struct Refusal: Sendable, Equatable {
        /// Its place in the delivery, from 0.
        package let index: Int
        /// Why.
        package let reason: String
    }

    /// The events that can be read.
    package private(set) var events: [Event] = []
    /// The place of each of `events` in the delivery, from 0.
    package private(set) var indices: [Int] = []
    /// The events that cannot.
    package private(set) var refusals: [Refusal] = []
    /// Whether the delivery was one event and not a list.
    package private(set) var isSingle = false
    /// How many events there are, refused ones included.
    package private(set) var count = 0

    private let maximumCount: Int
    private let identifiers: IdentifierRule

    /// Reads a delivery.
    /// - Throws: ``JSONFault`` when it is not JSON, or holds more than `maximumCount` events.
    package init(
        _ bytes: UnsafeBufferPointer<UInt8>,
        form: Form,
        maximumCount: Int,
        identifiers: IdentifierRule = IdentifierRule(),
        rules: JSONRules = .requests
    ) throws(JSONFault) {
        self.maximumCount = maximumCount
        self.identifiers = identifiers
        var parser = EventParser(rules: rules)
        switch form {
        case .lines: try readLines(bytes, &parser)
        case .json:
            guard UTF8Check.isValid(bytes) else { throw JSONFault("not UTF-8") }
            var cursor = JSONCursor(bytes, rules: rules)
            cursor.skipBlanks()
            guard cursor.isNext(UInt8(ascii: "[")) else {
                isSingle = true
                try read(bytes, &parser)
                return
            }
            try readArray(bytes, &cursor, &parser)
        }
    }

    private mutating func readArray(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ cursor: inout JSONCursor,
        _ parser: inout EventParser
    ) throws(JSONFault) {
        // First the form of the whole, so that a broken end leaves nothing behind.
        var whole = cursor
        try whole.skipValue(depth: 0)
        whole.skipBlanks()
        guard whole.isAtEnd else { throw whole.fault("something follows the array") }
        _ = cursor.take(UInt8(ascii: "["))
        cursor.skipBlanks()
        while !cursor.take(UInt8(ascii: "]")) {
            let start = cursor.position
            try cursor.skipValue(depth: 1)
            try read(UnsafeBufferPointer(rebasing: bytes[start..<cursor.position]), &parser)
            try cursor.takeComma(before: UInt8(ascii: "]"))
        }
    }

    private mutating func readLines(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ parser: inout EventParser
    ) throws(JSONFault) {
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let line = UnsafeBufferPointer(rebasing: bytes[start..<end])
            if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { try read(line, &parser) }
            start = end + 1
        }
    }

    /// Whether ids and type are sound: else an event has not the right form.
    private func checkIdentifiers(of event: Event) throws(JSONFault) {
        try check(event.user, "user")
        if let text = event.text {
            if let problem = SearchText.problem(with: text.utf8) { throw JSONFault("'text' \(problem)") }
        } else {
            try check(event.item, "item")
        }
        try check(event.type.rawValue, "type")
        if let id = event.id { try check(id, "id") }
        if let id = event.recommendationID { try check(id, "recommendation_id") }
        if let id = event.session { try check(id, "session") }
    }

    private func check(_ text: String, _ name: String) throws(JSONFault) {
        if let problem = identifiers.problem(with: text) { throw JSONFault("'\(name)' \(problem)") }
    }

    /// Reads one event.
    ///
    /// A single one that is not JSON is refused like every other: nothing else hangs on it.
    private mutating func read(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ parser: inout EventParser
    ) throws(JSONFault) {
        let index = count
        count += 1
        guard count <= maximumCount else { throw JSONFault("more than \(maximumCount) events") }
        do {
            let read = try Self.apart(parser.event(bytes), parser.items())
            for event in read { try checkIdentifiers(of: event) }
            events += read
            indices += [Int](repeating: index, count: read.count)
        } catch let fault {
            refusals.append(Refusal(index: index, reason: fault.description))
        }
        guard events.count <= maximumCount else { throw JSONFault("more than \(maximumCount) events") }
    }

    /// An event for each of the items of one; the first has its id, the others have their place behind it.
    private static func apart(_ event: Event, _ items: [String]?) -> [Event] {
        guard let items else { return [event] }
        return items.enumerated().map { place, item in
            var one = event
            one.item = item
            if place > 0 { one.id = event.id.map { "\($0)/\(place)" } }
            return one
        }
    }
}

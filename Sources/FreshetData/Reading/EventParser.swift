import FreshetCore

/// Reads events from lines of JSON; by the rules for files it accepts the lines that decoding ``Event`` accepts, with the
/// same values.
package struct EventParser {
    private let reader: JSONObjectReader
    /// Whether a text may stand beside an item, where it says nothing, as in files of reviews.
    private let allowsIdleText: Bool
    /// Room for the name of a visitor of whom only the session is known.
    private let scratch = ScratchBuffer()

    /// The user of the last line.
    private(set) var user = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    /// The item of the last line; empty for a search.
    private(set) var item = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    /// What the user of the last line looked for, if it is a search.
    private(set) var search: UnsafeBufferPointer<UInt8>?
    /// The event type of the last line, if it has one.
    private(set) var type: UnsafeBufferPointer<UInt8>?
    /// The value of the last line, or `.nan`.
    private(set) var value = Float.nan
    /// The profit of the last line, if it has one.
    private(set) var profit: Double?
    /// The time of the last line, if it has one.
    private(set) var time: Timestamp?
    /// The event id of the last line, if it has one.
    private(set) var id: UnsafeBufferPointer<UInt8>?
    /// The recommendation that the event of the last line is feedback on, if it names one.
    private(set) var recommendationID: UnsafeBufferPointer<UInt8>?
    /// The session of the last line, if it names one.
    private(set) var session: UnsafeBufferPointer<UInt8>?

    /// Creates a parser, which one thread may use at a time.
    package init(rules: JSONRules = .files) {
        let names = ["user", "item", "type", "value", "time", "id", "recommendation_id", "session", "text", "profit"]
        reader = JSONObjectReader(names: names, rules: rules)
        allowsIdleText = rules.allowsUnknownFields
    }

    /// Reads a line as an event.
    /// - Throws: ``JSONFault`` when the line is not an event.
    package mutating func event(_ line: UnsafeBufferPointer<UInt8>) throws(JSONFault) -> Event {
        try parse(line)
        var event = Event(
            user: String(decoding: user, as: UTF8.self),
            item: String(decoding: item, as: UTF8.self),
            type: type.map { EventType(rawValue: String(decoding: $0, as: UTF8.self)) } ?? .view,
            value: value.isNaN ? nil : value,
            profit: profit,
            time: time,
            id: id.map { String(decoding: $0, as: UTF8.self) },
            recommendationID: recommendationID.map { String(decoding: $0, as: UTF8.self) },
            session: session.map { String(decoding: $0, as: UTF8.self) }
        )
        if let search { (event.type, event.text) = (.search, String(decoding: search, as: UTF8.self)) }
        return event
    }

    /// Reads a line; the properties are valid as long as the line and until the next.
    /// - Throws: ``JSONFault`` when the line is not an event.
    mutating func parse(_ line: UnsafeBufferPointer<UInt8>) throws(JSONFault) {
        try reader.read(line)
        session = try text(7, "session")
        type = try text(2, "type")
        let item = try text(1, "item")
        search = try searchText(besides: item)
        guard let user = try text(0, "user") ?? session.map({ scratch.visitor(ofSession: $0) }),
            item != nil || search != nil
        else {
            throw JSONFault("no 'user' (nor 'session') or no 'item'")
        }
        self.user = user
        self.item = item ?? UnsafeBufferPointer(start: nil, count: 0)
        value = try number(3, "value").map(Float.init) ?? .nan
        profit = try number(9, "profit")
        time = try time(4)
        id = try text(5, "id")
        recommendationID = try text(6, "recommendation_id")
    }

    /// The text of a line that names no item; `nil` where that is no search.
    private func searchText(besides item: UnsafeBufferPointer<UInt8>?) throws(JSONFault) -> UnsafeBufferPointer<UInt8>?
    {
        guard item?.isEmpty ?? true else {
            if !allowsIdleText, try text(8, "text") != nil {
                throw JSONFault("a 'text' beside an 'item'; a search has a 'text' only")
            }
            return nil
        }
        guard let words = try text(8, "text") else { return nil }
        guard let type, !type.elementsEqual("search".utf8) else { return words }
        if allowsIdleText { return nil }
        throw JSONFault("a 'text' and no 'item', but a 'type' other than 'search'")
    }

    private func text(_ field: Int, _ name: String) throws(JSONFault) -> UnsafeBufferPointer<UInt8>? {
        switch reader.value(field) {
        case .none: return nil
        case .string(let text): return text
        case .number, .other: throw JSONFault("a '\(name)' that is not a string")
        }
    }

    private func number(_ field: Int, _ name: String) throws(JSONFault) -> Double? {
        switch reader.value(field) {
        case .none: return nil
        case .number(let text):
            if let number = NumberText.double(text), Float(number).isFinite { return number }
            throw JSONFault("a '\(name)' out of range")
        case .string, .other: throw JSONFault("a '\(name)' that is not a number")
        }
    }

    private func time(_ field: Int) throws(JSONFault) -> Timestamp? {
        let time: Timestamp?
        switch reader.value(field) {
        case .none: return nil
        case .number(let text):
            let number = NumberText.double(text)
            time = number.flatMap(Timestamp.init(seconds:))
            if time == nil, let hint = number.flatMap(Timestamp.unitHint(for:)) {
                throw JSONFault("a 'time' that is not a time; \(hint)")
            }
        case .string(let text): time = Timestamp.milliseconds(from: text).map(Timestamp.init(milliseconds:))
        case .other: time = nil
        }
        guard let time else { throw JSONFault("a 'time' that is not a time") }
        return time
    }
}

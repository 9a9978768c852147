import FreshetCore

/// Reads events from lines of JSON; by the rules for files it accepts the lines that decoding ``Event`` accepts, with the
/// same values.
package struct EventParser {
    private let reader: JSONObjectReader
    /// Whether a line may say what no event has, as files of reviews do: a text beside an item, a profit in words.
    private let allowsIdleFields: Bool
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
        let names = [
            "user", "item", "type", "value", "time", "id", "recommendation_id", "session", "text", "profit", "items",
        ]
        reader = JSONObjectReader(names: names, rules: rules)
        allowsIdleFields = rules.allowsUnknownFields
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
            item != nil || search != nil || namesSeveral
        else {
            throw JSONFault("no 'user' (nor 'session') or no 'item'")
        }
        self.user = user
        self.item = item ?? UnsafeBufferPointer(start: nil, count: 0)
        value = try number(3, "value").map(Float.init) ?? .nan
        profit = allowsIdleFields ? try? number(9, "profit") : try number(9, "profit")
        time = try time(4)
        id = try text(5, "id")
        recommendationID = try text(6, "recommendation_id")
    }

    /// The text of a line that names no item; `nil` where that is no search.
    private func searchText(besides item: UnsafeBufferPointer<UInt8>?) throws(JSONFault) -> UnsafeBufferPointer<UInt8>?
    {
        guard item?.isEmpty ?? true else {
            if !allowsIdleFields, try text(8, "text") != nil {
                throw JSONFault("a 'text' beside an 'item'; a search has a 'text' only")
            }
            return nil
        }
        guard let words = try text(8, "text") else { return nil }
        guard let type, !type.elementsEqual("search".utf8) else { return words }
        if allowsIdleFields { return nil }
        throw JSONFault("a 'text' and no 'item', but a 'type' other than 'search'")
    }

    // MARK: Several items

    /// Whether the last line names what was on a screen, in the place of one item.
    private var namesSeveral: Bool {
        guard !allowsIdleFields else { return false }
        if case .none = reader.value(10) { return false }
        return true
    }

    /// The items of the last line where it names what was on a screen, in the place of one; `nil` where it does not.
    /// - Throws: ``JSONFault`` where that is no list of texts, or the event no such report.
    func items() throws(JSONFault) -> [String]? {
        guard namesSeveral else { return nil }
        guard let type, type.elementsEqual("seen".utf8) else {
            throw JSONFault("'items' in an event that is not of the type 'seen'; every other has one 'item'")
        }
        guard item.isEmpty, search == nil else { throw JSONFault("'items' beside an 'item' or a 'text'") }
        guard case .list(let list) = reader.value(10) else { throw JSONFault("'items' that are not a list") }
        var (items, cursor) = ([String](), JSONCursor(list))
        _ = cursor.take(UInt8(ascii: "["))
        cursor.skipBlanks()
        while !cursor.take(UInt8(ascii: "]")) {
            guard cursor.isNext(UInt8(ascii: "\"")) else { throw JSONFault("'items' that are not all strings") }
            items.append(try cursor.string().string)
            try cursor.takeComma(before: UInt8(ascii: "]"))
        }
        guard !items.isEmpty else { throw JSONFault("'items' without one") }
        return items
    }

    // MARK: Fields

    private func text(_ field: Int, _ name: String) throws(JSONFault) -> UnsafeBufferPointer<UInt8>? {
        switch reader.value(field) {
        case .none: return nil
        case .string(let text): return text
        case .number, .list, .other: throw JSONFault("a '\(name)' that is not a string")
        }
    }

    private func number(_ field: Int, _ name: String) throws(JSONFault) -> Double? {
        switch reader.value(field) {
        case .none: return nil
        case .number(let text):
            if let number = NumberText.double(text), Float(number).isFinite { return number }
            throw JSONFault("a '\(name)' out of range")
        case .string, .list, .other: throw JSONFault("a '\(name)' that is not a number")
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
        case .list, .other: time = nil
        }
        guard let time else { throw JSONFault("a 'time' that is not a time") }
        return time
    }
}

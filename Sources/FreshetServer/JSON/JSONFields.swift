import FreshetCore

/// Reads the fields of a JSON object into typed values, and gathers everything that is wrong with them.
///
/// Each mistake is named by its JSON Pointer (RFC 6901), so that one answer tells a caller all there is to mend. A field
/// that nobody asked for is a mistake too: what a caller misspelt must not pass for left out.
struct JSONFields {
    /// One thing that is wrong.
    struct Fault: Sendable, Equatable {
        /// Where, as a JSON Pointer.
        let pointer: String
        /// What.
        let detail: String
    }

    /// The longest text that is a name and no id, in bytes.
    static let maximumShortText = 256
    /// More unknown fields of one object are not told.
    private static let maximumUnknown = 100

    private let members: [JSONValue.Member]
    private let path: String
    private let rule: IdentifierRule
    /// The names that were asked for: all that the object may have.
    private var known: [String] = []
    /// What was wrong with the fields read so far.
    private(set) var faults: [Fault] = []

    /// Begins with an object, whose ids keep to a rule.
    /// - Throws: ``Problem`` of status 400 when the value is none.
    init(_ value: JSONValue, path: String = "", identifiers: IdentifierRule = IdentifierRule()) throws(Problem) {
        guard case .object(let members) = value else {
            throw .invalid([Fault(pointer: path, detail: "must be an object, not \(value.kind)")])
        }
        self.members = members
        self.path = path
        rule = identifiers
    }

    /// The value of a field; `nil` when it is not there or `null`.
    ///
    /// Every field that an object may have must be asked for before ``finish()``, also when another one is wrong.
    mutating func value(_ name: String) -> JSONValue? {
        if !known.contains(name) { known.append(name) }
        guard let value = members.first(where: { $0.name == name })?.value, value != .null else { return nil }
        return value
    }

    /// The pointer to a field.
    func pointer(_ name: String) -> String {
        path + "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
    }

    /// Notes a mistake.
    mutating func fault(_ name: String, _ detail: String) {
        faults.append(Fault(pointer: pointer(name), detail: detail))
    }

    /// Notes a mistake within a field, such as in the third element of its array.
    mutating func fault(_ name: String, _ part: some CustomStringConvertible, _ detail: String) {
        let part = part.description.replacing("~", with: "~0").replacing("/", with: "~1")
        faults.append(Fault(pointer: "\(pointer(name))/\(part)", detail: detail))
    }

    /// Ends the reading.
    /// - Throws: ``Problem`` of status 400 that lists the mistakes, if there are any.
    mutating func finish() throws(Problem) {
        refuseUnknown()
        guard faults.isEmpty else { throw .invalid(faults) }
    }

    /// Notes the fields that nobody asked for.
    private mutating func refuseUnknown() {
        let names = known
        for member in members.lazy.filter({ !names.contains($0.name) }).prefix(Self.maximumUnknown) {
            fault(member.name, Self.unknown(member.name, among: known))
        }
    }

    /// What is said of a field that an object does not have.
    private static func unknown(_ name: String, among known: [String]) -> String {
        let hint = Spelling.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
        return "is not a field of this object; " + (hint ?? "it has \(known.joined(separator: ", "))")
    }

    // MARK: Fields

    mutating func string(_ name: String) -> String? {
        switch value(name) {
        case nil: return nil
        case .string(let text): return text
        case .some(let other):
            fault(name, "must be a string, not \(other.kind)")
            return nil
        }
    }

    /// An external id.
    mutating func identifier(_ name: String) -> String? {
        guard let text = string(name) else { return nil }
        if let problem = rule.problem(with: text) { fault(name, problem) }
        return text
    }

    /// External ids.
    mutating func identifiers(_ name: String, maximum: Int) -> [String]? {
        guard let texts = strings(name, maximum: maximum) else { return nil }
        for (position, text) in texts.enumerated() {
            if let problem = rule.problem(with: text) { fault(name, position, problem) }
        }
        return texts
    }

    /// A text of at most ``maximumShortText`` bytes.
    mutating func shortText(_ name: String) -> String? {
        guard let text = string(name) else { return nil }
        if text.utf8.count > Self.maximumShortText || text.utf8.contains(0) {
            fault(name, "must have at most \(Self.maximumShortText) bytes, none of them zero")
        }
        return text
    }

    mutating func bool(_ name: String) -> Bool? {
        switch value(name) {
        case nil: return nil
        case .bool(let flag): return flag
        case .some(let other):
            fault(name, "must be true or false, not \(other.kind)")
            return nil
        }
    }

    mutating func number(_ name: String, in range: ClosedRange<Double>) -> Double? {
        switch value(name) {
        case nil: return nil
        case .number(let number):
            if !range.contains(number) { fault(name, "must be \(range.lowerBound) to \(range.upperBound)") }
            return number
        case .some(let other):
            fault(name, "must be a number, not \(other.kind)")
            return nil
        }
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        switch value(name) {
        case nil: return nil
        case .number(let number):
            guard let whole = Int(exactly: number), range.contains(whole) else {
                fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
                return nil
            }
            return whole
        case .some(let other):
            fault(name, "must be a number, not \(other.kind)")
            return nil
        }
    }

    /// A time: seconds since 1970, or text as RFC 3339.
    mutating func time(_ name: String, until latest: Int64 = Timestamp.latestPlausible) -> Timestamp? {
        switch value(name) {
        case nil: return nil
        case .number(let number):
            if let time = Timestamp(seconds: number), time.seconds <= latest { return time }
            if number > Double(latest) {
                let hint = Timestamp.unitHint(for: number).map { "; \($0)" } ?? ""
                fault(name, "must not lie after \(Timestamp.text(from: latest))\(hint)")
                return nil
            }
        case .string(let text):
            if let time = Timestamp(text) { return time }
        default: break
        }
        fault(name, "must be a number of seconds since 1970 or a time as RFC 3339 writes it")
        return nil
    }

    mutating func strings(_ name: String, maximum: Int = 1000) -> [String]? {
        switch value(name) {
        case nil: return nil
        case .array(let values) where values.count <= maximum:
            let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
            if texts.count == values.count { return texts }
        default: break
        }
        fault(name, "must be an array of at most \(maximum) strings")
        return nil
    }

    /// An object or an array of objects read by `read`, whose mistakes are added to these.
    mutating func nested<Value>(_ value: JSONValue, at pointer: String, _ read: (inout JSONFields) -> Value?) -> Value?
    {
        do {
            var fields = try JSONFields(value, path: pointer, identifiers: rule)
            let result = read(&fields)
            fields.refuseUnknown()
            faults += fields.faults
            return result
        } catch {
            faults += error.faults
            return nil
        }
    }
}

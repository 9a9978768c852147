import Foundation
import FreshetCore
import Hummingbird

/// The parameters after the question mark, read into typed values; unknown and repeated ones are mistakes.
struct QueryFields {
    private var values: [String: [String]] = [:]
    private var faults: [JSONFields.Fault] = []

    /// Reads a query.
    /// - Parameters:
    ///   - request: the request.
    ///   - known: the parameters that there are.
    ///   - lists: those of them that may come more than once.
    init(_ request: Request, known: [String], lists: [String] = []) {
        for part in (request.uri.query ?? "").split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(pair[0]), let value = Self.decoded(pair.count > 1 ? pair[1] : "") else {
                faults.append(.init(pointer: "?\(pair[0])", detail: "is not percent-encoded UTF-8"))
                continue
            }
            guard known.contains(name) || lists.contains(name) else {
                let hint = Spelling.nearest(to: name, among: known + lists).map { "; did you mean '\($0)'?" } ?? ""
                faults.append(.init(pointer: "?\(name)", detail: "is not a parameter of this operation" + hint))
                continue
            }
            if values[name] != nil && !lists.contains(name) {
                faults.append(.init(pointer: "?\(name)", detail: "must not be given twice"))
            }
            values[name, default: []].append(value)
        }
    }

    private static func decoded(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }

    /// A text.
    mutating func string(_ name: String, maximumLength: Int = JSONFields.maximumShortText) -> String? {
        guard let text = values[name]?.first else { return nil }
        if text.utf8.count > maximumLength {
            faults.append(.init(pointer: "?\(name)", detail: "must have at most \(maximumLength) bytes"))
        }
        if text.utf8.contains(0) { faults.append(.init(pointer: "?\(name)", detail: "must not hold a zero byte")) }
        return text
    }

    /// The texts of a parameter that may come more than once.
    func strings(_ name: String) -> [String]? { values[name] }

    /// A whole number.
    mutating func integer(_ name: String, in range: ClosedRange<Int>, default preset: Int) -> Int {
        guard let text = values[name]?.first else { return preset }
        guard let number = Int(text), range.contains(number) else {
            let detail = "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            faults.append(.init(pointer: "?\(name)", detail: detail))
            return preset
        }
        return number
    }

    /// A moment, as text or in seconds since 1970.
    mutating func time(_ name: String) -> Timestamp? {
        guard let text = values[name]?.first else { return nil }
        let time = Timestamp(text) ?? Double(text).flatMap(Timestamp.init(seconds:))
        if time == nil {
            faults.append(
                .init(
                    pointer: "?\(name)",
                    detail: "must be a date or a time, such as 2026-11-30 or 2026-11-30T12:00:00Z"
                )
            )
        }
        return time
    }

    /// Ends the reading.
    /// - Throws: ``Problem`` of status 400 that lists the mistakes, if there are any.
    func finish() throws(Problem) {
        guard faults.isEmpty else { throw .invalid(faults) }
    }

    /// An external id.
    mutating func identifier(_ name: String, by rule: IdentifierRule) -> String? {
        guard let text = values[name]?.first else { return nil }
        if let problem = rule.problem(with: text) { faults.append(.init(pointer: "?\(name)", detail: problem)) }
        return text
    }

    /// A place: latitude and longitude in degrees, a comma between them.
    mutating func place(_ name: String) -> Place? {
        guard let text = values[name]?.first else { return nil }
        let degrees = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        if degrees.count == 2, let latitude = degrees[0], let longitude = degrees[1],
            let place = Place(latitude: latitude, longitude: longitude)
        {
            return place
        }
        faults.append(.init(pointer: "?\(name)", detail: "must be latitude and longitude in degrees: 59.91,10.75"))
        return nil
    }

    /// The filter of `filter`, `category`, `exclude_category` and `tag`; `nil` when none is given.
    mutating func filter() -> ItemFilter? {
        let lists = [strings("category"), strings("exclude_category"), strings("tag")]
        var expression: FilterExpression?
        if let text = values["filter"]?.first {
            do {
                expression = try FilterExpression(text)
            } catch let error {
                faults.append(.init(pointer: "?filter", detail: error.description))
            }
        }
        guard expression != nil || lists.contains(where: { $0 != nil }) else { return nil }
        return ItemFilter(
            categories: lists[0],
            excludedCategories: lists[1],
            tags: lists[2],
            expression: expression
        )
    }

    /// The details that `fields` asks for, between commas.
    mutating func itemFields() -> ItemFields? {
        guard let text = values["fields"]?.first else { return nil }
        do {
            return try ItemFields(text.split(separator: ",").map { String($0) })
        } catch let error {
            faults.append(.init(pointer: "?fields", detail: "\(error)".replacing("\n", with: " ")))
            return nil
        }
    }

    /// The parameters of ``listRequest(counts:identifiers:)`` that come once.
    static let listParameters = ["count", "user", "scenario", "place", "filter", "fields"]
    /// Those that may come more than once.
    static let listLists = ["category", "exclude_category", "tag"]

    /// What a list is asked for with.
    mutating func listRequest(counts: (preset: Int, maximum: Int), identifiers: IdentifierRule) -> ListRequest {
        var request = ListRequest()
        request.count = integer("count", in: 1...counts.maximum, default: counts.preset)
        request.user = identifier("user", by: identifiers)
        request.scenario = string("scenario")
        request.place = place("place")
        request.filter = filter()
        request.fields = itemFields()
        return request
    }
}

import FreshetCore

/// A filter compiled for one catalogue and one who asks: a few comparisons an item, no text among them but titles.
///
/// The conditions become steps, each with the step that follows when it holds and the one that follows when not, so that
/// `and`, `or` and `not` cost nothing but the order of the steps. What is the same for every item, such as a condition
/// on the user alone, is decided here and leaves no step.
struct FilterProgram: Sendable {
    /// Which labels of an item are meant.
    enum Part: Sendable {
        case categories
        case tags
        case attributes
    }

    /// One condition; a plain value, its terms and texts kept beside it.
    enum Test: Sendable {
        /// One of the terms, or every one of them.
        case terms(Part, first: Int32, end: Int32, isAll: Bool)
        /// A number from `low` to `high` under a name, in one of some forms.
        case number(name: UInt32, forms: ItemDetails.Forms, low: Double, high: Double)
        case createdAt(low: Double, high: Double)
        /// The kilometres from ``origin``.
        case distance(low: Double, high: Double)
        /// One of the texts.
        case title(first: Int32, end: Int32, isAll: Bool)
        case hasLabels(Part)
        case hasTitle
        case hasCreatedAt
        case hasAttribute(name: UInt32)
    }

    /// A condition and what follows.
    struct Step: Sendable {
        let test: Test
        let ifTrue: Int32
        let ifFalse: Int32
    }

    /// The step number of an item that is let through.
    static let accept: Int32 = -1
    /// The step number of an item that is not.
    static let reject: Int32 = -2

    private(set) var steps: [Step] = []
    private(set) var terms: [UInt32] = []
    private(set) var titles: [String] = []
    /// Where distances are measured from.
    private let origin: Place?
    private(set) var entry = Self.accept

    /// Compiles conditions, all of which must hold.
    init(_ conditions: [FilterNode], _ resolver: FilterResolver) {
        origin = resolver.place
        entry = compile(.all(conditions), resolver, ifTrue: Self.accept, ifFalse: Self.reject)
    }

    /// Whether an item of these details is let through.
    @inline(__always)
    func admits(_ details: ItemDetails) -> Bool {
        var next = entry
        while next >= 0 {
            let step = steps[Int(next)]
            next = holds(step.test, details) ? step.ifTrue : step.ifFalse
        }
        return next == Self.accept
    }

    // MARK: Compiling

    /// Adds the steps of a node, the last ones first, so that what follows is known; returns the first one's number.
    private mutating func compile(
        _ node: FilterNode,
        _ resolver: FilterResolver,
        ifTrue: Int32,
        ifFalse: Int32
    ) -> Int32 {
        switch node {
        case .all(let parts):
            var next = ifTrue
            for part in parts.reversed() { next = compile(part, resolver, ifTrue: next, ifFalse: ifFalse) }
            return next
        case .any(let parts):
            var next = ifFalse
            for part in parts.reversed() { next = compile(part, resolver, ifTrue: ifTrue, ifFalse: next) }
            return next
        case .not(let part): return compile(part, resolver, ifTrue: ifFalse, ifFalse: ifTrue)
        case .test(let test): return compile(test, resolver, ifTrue: ifTrue, ifFalse: ifFalse)
        }
    }

    private mutating func compile(
        _ test: FilterTest,
        _ resolver: FilterResolver,
        ifTrue: Int32,
        ifFalse: Int32
    ) -> Int32 {
        switch test.field {
        case .user(let name): return resolver.userHolds(name, test) ? ifTrue : ifFalse
        case .categories: return labels(test, .categories, .category, resolver, ifTrue, ifFalse)
        case .tags: return labels(test, .tags, .tag, resolver, ifTrue, ifFalse)
        case .title:
            if test.relation == .exists { return add(.hasTitle, ifTrue, ifFalse) }
            let texts = resolver.texts(test)
            // One title is never several texts at once.
            let isAll = test.relation == .all
            guard !texts.isEmpty, !isAll || Set(texts).count == 1 else { return ifFalse }
            let first = Int32(titles.count)
            titles += texts
            return add(.title(first: first, end: Int32(titles.count), isAll: isAll), ifTrue, ifFalse)
        case .createdAt:
            if test.relation == .exists { return add(.hasCreatedAt, ifTrue, ifFalse) }
            return ranges(test, resolver, ifTrue, ifFalse) { .createdAt(low: $0.low, high: $0.high) }
        case .distance:
            // Nothing is near or far of one whose place is not known.
            guard origin != nil else { return ifFalse }
            if test.relation == .exists { return add(.distance(low: 0, high: .infinity), ifTrue, ifFalse) }
            return ranges(test, resolver, ifTrue, ifFalse) { .distance(low: $0.low, high: $0.high) }
        case .attribute(let name):
            if test.relation == .exists {
                guard let number = resolver.name(name) else { return ifFalse }
                return add(.hasAttribute(name: number), ifTrue, ifFalse)
            }
            return attribute(name, test, resolver, ifTrue, ifFalse)
        }
    }

    private mutating func labels(
        _ test: FilterTest,
        _ part: Part,
        _ kind: Term.Kind,
        _ resolver: FilterResolver,
        _ ifTrue: Int32,
        _ ifFalse: Int32
    ) -> Int32 {
        if test.relation == .exists { return add(.hasLabels(part), ifTrue, ifFalse) }
        let wanted = resolver.texts(test).map { resolver.term(Term(kind: kind, text: $0)) }
        return oneOrAll(of: wanted, part, isAll: test.relation == .all, ifTrue, ifFalse)
    }

    /// A step that asks for terms, of which those that no item has are `nil`.
    private mutating func oneOrAll(
        of wanted: [UInt32?],
        _ part: Part,
        isAll: Bool,
        _ ifTrue: Int32,
        _ ifFalse: Int32
    ) -> Int32 {
        let known = wanted.compactMap(\.self)
        guard !known.isEmpty, !isAll || known.count == wanted.count else { return ifFalse }
        let first = Int32(terms.count)
        terms += known
        return add(.terms(part, first: first, end: Int32(terms.count), isAll: isAll), ifTrue, ifFalse)
    }

    /// Attributes: words by their terms, the rest by ranges; for several values one step of each kind after the other.
    private mutating func attribute(
        _ name: String,
        _ test: FilterTest,
        _ resolver: FilterResolver,
        _ ifTrue: Int32,
        _ ifFalse: Int32
    ) -> Int32 {
        let isAll = test.relation == .all
        func rangeTest(_ range: FilterResolver.Range) -> Test? {
            resolver.name(name).map { .number(name: $0, forms: range.forms, low: range.low, high: range.high) }
        }
        guard !test.relation.isOrdered else {
            return ranges(test, resolver, ifTrue, ifFalse) { rangeTest($0) }
        }
        let wanted = resolver.texts(test).map { resolver.term(.attribute(name, $0)) }
        let numbers = resolver.ranges(test).map { rangeTest($0) }
        // What every value must be found in comes one after the other; what one is enough of, the other way round.
        var next = isAll ? ifTrue : ifFalse
        if isAll, wanted.isEmpty, numbers.isEmpty { return ifFalse }
        for test in numbers.reversed() {
            if let test {
                next = isAll ? add(test, next, ifFalse) : add(test, ifTrue, next)
            } else if isAll {
                next = ifFalse
            }
        }
        if wanted.isEmpty { return next }
        return isAll
            ? oneOrAll(of: wanted, .attributes, isAll: true, next, ifFalse)
            : oneOrAll(of: wanted, .attributes, isAll: false, ifTrue, next)
    }

    /// Steps of which one is enough.
    private mutating func ranges(
        _ test: FilterTest,
        _ resolver: FilterResolver,
        _ ifTrue: Int32,
        _ ifFalse: Int32,
        _ make: (FilterResolver.Range) -> Test?
    ) -> Int32 {
        var next = ifFalse
        for range in resolver.ranges(test).reversed() {
            if let test = make(range) { next = add(test, ifTrue, next) }
        }
        return next
    }

    private mutating func add(_ test: Test, _ ifTrue: Int32, _ ifFalse: Int32) -> Int32 {
        guard ifTrue != ifFalse else { return ifTrue }
        steps.append(Step(test: test, ifTrue: ifTrue, ifFalse: ifFalse))
        return Int32(steps.count - 1)
    }

    // MARK: Running

    @inline(__always)
    private func holds(_ test: Test, _ details: ItemDetails) -> Bool {
        switch test {
        case .terms(let part, let first, let end, let isAll):
            let (from, to) = details.bounds(of: part)
            if isAll { return (first..<end).allSatisfy { details.hasLabel(terms[Int($0)], from, to) } }
            for place in from..<to where contains(details.labels[place], first, end) { return true }
            return false
        case .number(let name, let forms, let low, let high):
            for entry in details.entries where entry.name == name {
                return forms.contains(entry.form) && entry.value >= low && entry.value <= high
            }
            return false
        case .createdAt(let low, let high):
            guard let time = details.createdAt else { return false }
            return Double(time) >= low && Double(time) <= high
        case .distance(let low, let high):
            guard let origin, let place = details.place else { return false }
            let kilometres = origin.kilometres(to: place)
            return kilometres >= low && kilometres <= high
        case .title(let first, let end, _):
            guard let title = details.title else { return false }
            return titles[Int(first)..<Int(end)].contains(title)
        case .hasLabels(let part):
            let (from, to) = details.bounds(of: part)
            return from < to
        case .hasTitle: return details.title != nil
        case .hasCreatedAt: return details.createdAt != nil
        case .hasAttribute(let name):
            for entry in details.entries where entry.name == name { return true }
            return false
        }
    }

    @inline(__always)
    private func contains(_ term: UInt32, _ first: Int32, _ end: Int32) -> Bool {
        for place in first..<end where terms[Int(place)] == term { return true }
        return false
    }
}

extension ItemDetails {
    /// Where the labels of a part are.
    @inline(__always)
    fileprivate func bounds(of part: FilterProgram.Part) -> (from: Int, to: Int) {
        switch part {
        case .categories: (0, categoryCount)
        case .tags: (categoryCount, attributeStart)
        case .attributes: (attributeStart, labels.count)
        }
    }

    @inline(__always)
    fileprivate func hasLabel(_ term: UInt32, _ from: Int, _ to: Int) -> Bool {
        for place in from..<to where labels[place] == term { return true }
        return false
    }
}

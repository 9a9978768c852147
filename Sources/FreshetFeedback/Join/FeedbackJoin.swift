import FreshetCore
import FreshetExperiments

/// Joins what was shown with what was done, as both come in, and keeps the counts.
///
/// An answer is remembered until no event can be credited to it any more. An event that names the answer is credited to it; one
/// that does not, to the newest answer that showed the item to the same user inside the window, and is counted apart as
/// assisted. Each event is credited once. Whether it is, depends on its times and the answer's alone, so the same answers and
/// events give the same counts whether they come in one by one or are read from the log again (``FeedbackFeed``).
public struct FeedbackJoin: Sendable {
    /// The rules.
    public let rules: FeedbackRules
    /// The counts.
    public private(set) var table = FeedbackTable()
    private var open = OpenAnswers()
    private var conversions = CreditedConversions()
    private var delays: [FeedbackKind: RecentDelays] = [:]
    private let follows: Followed
    private var outcomes: [FeedbackOutcome] = []
    /// What became of the answers that were forgotten, where somebody asks for it.
    private var settled: [SettledAnswer]?
    /// Whether the profit of any conversion is known.
    private(set) var knowsProfit = false

    /// The answers whose outcomes are handed out.
    public enum Followed: Sendable {
        /// None.
        case none
        /// Those of variants of experiments.
        case variants
        /// All.
        case everything
    }

    /// Creates a join without answers.
    ///
    /// - Parameters:
    ///   - rules: the rules.
    ///   - follows: the answers whose outcomes ``takeOutcomes()`` hands out.
    ///   - settles: whether ``takeSettled()`` hands out what became of each answer in the end.
    public init(rules: FeedbackRules = FeedbackRules(), follows: Followed = .none, settles: Bool = false) {
        self.rules = rules
        self.follows = follows
        settled = settles ? [] : nil
    }

    /// What became of the answers that no event can be credited to any more, since the last call, the oldest first.
    ///
    /// - Parameter all: whether those are handed out as well that events might still come to, which then come to nothing.
    /// - Returns: none where the join does not settle answers.
    public mutating func takeSettled(all: Bool = false) -> [SettledAnswer] {
        if all { forgetAnswers(before: .max) }
        defer { settled?.removeAll(keepingCapacity: true) }
        return settled ?? []
    }

    /// What came of answers since the last call, in order.
    public mutating func takeOutcomes() -> [FeedbackOutcome] {
        defer { outcomes.removeAll(keepingCapacity: true) }
        return outcomes
    }

    /// Hands out what came of an answer, if somebody follows it.
    private mutating func note(_ number: Int, _ change: FeedbackOutcome.Change) {
        guard follows != .none else { return }
        let answer = open[number]
        note(answer.id, answer.user, answer.time, answer.key, change)
    }

    private mutating func note(
        _ id: UInt64,
        _ user: UInt64,
        _ time: Int64,
        _ key: Int,
        _ change: FeedbackOutcome.Change
    ) {
        guard follows != .none else { return }
        let group = table.keys[key].group
        guard follows == .everything || !group.variant.isEmpty else { return }
        outcomes.append(
            FeedbackOutcome(
                answer: id,
                user: user,
                variant: group.variant,
                segments: group.segments,
                time: time,
                change: change
            )
        )
    }

    /// How many answers are remembered.
    public var openCount: Int { open.count }

    // MARK: Answers

    /// Takes an answer, before anything that is done about it.
    public mutating func add(_ impression: Impression) {
        forget(now: impression.time)
        let group = FeedbackGroup(
            scenario: impression.scenario ?? "",
            version: "\(impression.model.number)",
            variant: impression.variant ?? "",
            segments: impression.segments.joined(separator: ","),
            rules: impression.rules.joined(separator: ",")
        )
        let id = StableHash.of(impression.id)
        let user = impression.user.map(StableHash.of) ?? id
        let shown = impression.items.map { StableHash.of($0.item) }
        guard open.number(ofID: id) == nil else { return }
        let key = table.number(of: FeedbackTable.Key(group: group, day: Self.day(of: impression.time)))
        let number = open.open(id: id, user: user, time: impression.time, key: key, items: shown)
        let count = open[number].count
        table.change(key) { cell in
            cell.answers.answers += 1
            if shown.isEmpty { cell.answers.empty += 1 }
            for position in 0..<count {
                cell.change(position) { place in
                    place.served += 1
                    place.seen += 1
                }
            }
        }
        table.spread(key) { spread in
            if count > 0 { spread.add(0, seen: Double(count), of: user) }
            spread.convert(0, answers: 1, of: user)
        }
        // Whose user was erased is nobody's answer.
        guard impression.user != nil else { return }
        note(number, .answered(items: count, latency: impression.latency, teams: impression.teams))
    }

    /// Takes a report of an item that was on the screen.
    ///
    /// From an answer's first one on, only what is reported or clicked counts as seen.
    private mutating func report(_ event: FeedbackEvent) {
        guard event.recommendationID != nil,
            let (number, position, _) = answer(to: event, .seen, StableHash.of(event.item))
        else { return }
        let answer = open[number]
        see((answer.isReported ? answer.seen : answer.clicked) | 1 << UInt64(position), number)
        open[number].isReported = true
    }

    /// Lets just these positions of an answer count as seen.
    private mutating func see(_ seen: UInt64, _ number: Int) {
        let answer = open[number]
        guard seen != answer.seen else { return }
        open[number].seen = seen
        note(number, .seen(seen.nonzeroBitCount, before: answer.seen.nonzeroBitCount))
        let (more, fewer) = (seen & ~answer.seen, answer.seen & ~seen)
        table.change(answer.key) { cell in
            for position in 0..<answer.count {
                let bit: UInt64 = 1 << UInt64(position)
                if more & bit != 0 { cell.change(position) { $0.seen += 1 } }
                if fewer & bit != 0 { cell.change(position) { $0.seen -= 1 } }
            }
        }
        table.spread(answer.key) { spread in
            if !answer.isReported { spread.retractSeen(answer.seen.nonzeroBitCount, of: answer.user) }
            let added = answer.isReported ? more.nonzeroBitCount : seen.nonzeroBitCount
            if added > 0 { spread.add(0, seen: Double(added), of: answer.user) }
        }
    }

    // MARK: Events

    /// Takes an event.
    ///
    /// One of the kind ``FeedbackKind/seen`` says what was on the screen, an item each.
    /// - Returns: what it is credited to; `nil` where it is no feedback on an answer, or says what was seen.
    @discardableResult
    public mutating func add(_ event: FeedbackEvent) -> Credit? {
        forget(now: event.received)
        guard let kind = rules.kind(of: event.type, value: event.value) else { return nil }
        if kind == .refund { return takeBack(event) }
        if kind == .seen {
            report(event)
            return nil
        }
        let item = StableHash.of(event.item)
        guard let (number, position, isAssisted) = answer(to: event, kind, item) else { return nil }
        let answer = open[number]
        switch kind {
        case .click: click(number, position, answer)
        case .conversion: convert(event, number, position, isAssisted, item)
        case .satisfaction:
            note(number, .satisfied(event.value ?? 1))
            table.change(answer.key) { cell in
                cell.answers.satisfactions += 1
                cell.answers.satisfaction += event.value ?? 1
            }
        case .refund, .seen: break
        }
        let delay = event.time - answer.time
        if kind != .satisfaction { delays[kind, default: RecentDelays()].add(delay, answered: answer.time) }
        return Credit(
            kind: kind,
            group: table.keys[answer.key].group,
            position: position,
            delay: delay,
            value: kind == .conversion ? event.value ?? 0 : 0,
            isAssisted: isAssisted,
            isRepeated: kind == .click && answer.clicked & (1 << UInt64(position)) != 0
        )
    }

    /// The answer that an event is credited to.
    private func answer(
        to event: FeedbackEvent,
        _ kind: FeedbackKind,
        _ item: UInt64
    ) -> (number: Int, position: Int, isAssisted: Bool)? {
        let window = rules.window(of: kind)
        let latest = event.time
        let earliest = max(latest - window, event.received - window - Int64(rules.grace * 1000))
        guard earliest <= latest else { return nil }
        if let id = event.recommendationID {
            guard let number = open.number(ofID: StableHash.of(id)), (earliest...latest).contains(open[number].time)
            else { return nil }
            if kind == .satisfaction { return (number, 0, false) }
            guard let position = open.position(of: item, in: number) else { return nil }
            return (number, position, false)
        }
        guard kind != .satisfaction,
            let (number, position) = open.find(user: StableHash.of(event.user), item: item, in: earliest...latest)
        else { return nil }
        return (number, position, true)
    }

    private mutating func click(_ number: Int, _ position: Int, _ answer: OpenAnswer) {
        let bit: UInt64 = 1 << UInt64(position)
        guard answer.clicked & bit == 0 else { return }
        see(answer.seen | bit, number)
        open[number].clicked |= bit
        note(number, .clicked(position: position, isFirst: answer.clicked == 0))
        table.change(answer.key) { cell in
            if answer.clicked == 0 { cell.answers.accepted += 1 }
            cell.change(position) { $0.clicks += 1 }
        }
        table.spread(answer.key) { $0.add(1, seen: 0, of: answer.user) }
    }

    private mutating func convert(
        _ event: FeedbackEvent,
        _ number: Int,
        _ position: Int,
        _ isAssisted: Bool,
        _ item: UInt64
    ) {
        let answer = open[number]
        let conversion = CreditedConversions.Conversion(
            answer: number,
            user: answer.user,
            key: answer.key,
            position: position,
            value: event.value ?? 0,
            profit: event.profit,
            time: event.time,
            answered: answer.time,
            isAssisted: isAssisted
        )
        let isFirst = conversions.add(
            conversion,
            user: StableHash.of(event.user),
            item: item,
            received: event.received
        )
        count(conversion, sign: 1, changesAnswer: isFirst)
        note(number, .converted(value: conversion.value, profit: conversion.profit))
    }

    private mutating func takeBack(_ event: FeedbackEvent) -> Credit? {
        guard
            let (conversion, isLast) = conversions.takeBack(
                user: StableHash.of(event.user),
                item: StableHash.of(event.item),
                at: event.time,
                window: rules.window(of: .refund)
            )
        else { return nil }
        count(conversion, sign: -1, changesAnswer: isLast)
        note(
            0,
            conversion.user,
            conversion.answered,
            conversion.key,
            .takenBack(value: conversion.value, profit: conversion.profit)
        )
        return Credit(
            kind: .refund,
            group: table.keys[conversion.key].group,
            position: conversion.position,
            delay: event.time - conversion.time,
            value: -conversion.value,
            isAssisted: conversion.isAssisted,
            isRepeated: false
        )
    }

    /// Counts a conversion, or takes its counts back.
    private mutating func count(_ conversion: CreditedConversions.Conversion, sign: Int, changesAnswer: Bool) {
        if conversion.profit != nil { knowsProfit = true }
        table.change(conversion.key) { cell in
            if changesAnswer { cell.answers.converted += sign }
            cell.change(conversion.position) { place in
                place.conversions += sign
                place.value += Double(sign) * conversion.value
                place.profit += Double(sign) * (conversion.profit ?? 0)
                if conversion.isAssisted { place.assisted += sign }
            }
        }
        table.spread(conversion.key) { $0.convert(Double(sign), answers: 0, of: conversion.user) }
    }

    // MARK: Who is who

    /// Takes it that a user was another all along: what the other does can be credited to the answers of both.
    ///
    /// What was credited stays as it is, and so do the intervals, which count the two as two.
    public mutating func join(_ user: String, to other: String) {
        open.join(StableHash.of(user), to: StableHash.of(other))
    }

    // MARK: Erasure

    /// Forgets who a user was: what they did stays counted, and nothing that they do can be credited to answers of before.
    public mutating func forget(_ user: String) {
        let user = StableHash.of(user)
        open.forget(user: user)
        conversions.forget(user: user)
        table.forget(user: user)
    }

    // MARK: Delay

    /// How long outcomes of a kind take, from the newest of them; `nil` without any.
    public func delayCurve(of kind: FeedbackKind, now: Int64) -> DelayCurve? {
        delays[kind]?.curve(now: now, window: rules.window(of: kind))
    }

    // MARK: Time

    private mutating func forget(now: Int64) {
        forgetAnswers(before: now - rules.memory)
        conversions.forget(before: now - rules.window(of: .refund) - Int64(rules.grace * 1000))
    }

    private mutating func forgetAnswers(before time: Int64) {
        guard settled != nil else { return open.forget(before: time) }
        var gone: [SettledAnswer] = []
        open.forget(before: time) { gone.append(SettledAnswer($0)) }
        settled?.append(contentsOf: gone)
    }

    private static func day(of time: Int64) -> Int {
        Int(GregorianCalendar.floorDivide(time, GregorianCalendar.daySeconds * 1000))
    }
}

import FreshetCore
import FreshetExperiments
import Testing

@testable import FreshetFeedback

@Suite("Joining feedback")
struct JoinTests {
    private static let minute: Int64 = 60_000
    private static let noon: Int64 = 20_000 * 86_400_000 + 12 * 3_600_000

    private static func answer(
        _ id: String,
        user: String? = "u",
        at time: Int64 = noon,
        _ items: [String] = ["a", "b", "c"],
        version: Int = 3,
        variant: String? = nil
    ) -> Impression {
        Impression(
            id: id,
            user: user,
            time: time,
            model: ModelVersion(version, update: 7),
            scenario: "home",
            variant: variant,
            items: items.map { Impression.ShownItem(item: $0, score: 1) }
        )
    }

    private static func event(
        _ type: String,
        _ item: String,
        after minutes: Int64 = 1,
        value: Double? = nil,
        user: String = "u",
        on id: String? = nil,
        lateBy late: Int64 = 0
    ) -> FeedbackEvent {
        let time = noon + minutes * minute
        return FeedbackEvent(
            user: user,
            item: item,
            type: type,
            value: value,
            time: time,
            received: time + late * minute,
            recommendationID: id
        )
    }

    private static let key = FeedbackTable.Key(group: FeedbackGroup(scenario: "home", version: "3"), day: 20_000)

    private static func join(_ id: String = "r") -> FeedbackJoin {
        var join = FeedbackJoin()
        join.add(answer(id))
        return join
    }

    private static func cell(_ join: FeedbackJoin) throws -> FeedbackCell { try #require(join.table.cells[key]) }

    @Test func anAnswerIsServedAndSeen() throws {
        let cell = try Self.cell(Self.join())
        #expect(cell.answers.answers == 1 && cell.answers.empty == 0)
        #expect(cell.places.map(\.served) == [1, 1, 1] && cell.places.map(\.seen) == [1, 1, 1])
    }

    @Test func anEmptyAnswerIsCountedAsSuch() throws {
        var join = FeedbackJoin()
        join.add(Self.answer("r", []))
        let cell = try Self.cell(join)
        #expect(cell.answers.answers == 1 && cell.answers.empty == 1 && cell.places.isEmpty)
    }

    @Test func theSameAnswerCountsOnce() throws {
        var join = Self.join()
        join.add(Self.answer("r"))
        #expect(try Self.cell(join).answers.answers == 1)
    }

    @Test func whatIsReportedIsSeenAndTheRestIsNot() throws {
        var join = Self.join()
        join.add(Self.event("seen", "b", on: "r"))
        join.add(Self.event("seen", "x", on: "r"))
        #expect(try Self.cell(join).places.map(\.seen) == [0, 1, 0])
        join.add(Self.event("seen", "a", on: "r"))
        #expect(try Self.cell(join).places.map(\.seen) == [1, 1, 0])
        // Whoever clicks has seen.
        join.add(Self.event("click", "c", on: "r"))
        #expect(try Self.cell(join).places.map(\.seen) == [1, 1, 1])
        // Nothing is said of an answer that is not named.
        join.add(Self.event("seen", "a", on: "unknown"))
        join.add(Self.event("seen", "a"))
        let spread = try #require(join.table.spread(of: Self.key.group))
        #expect(spread.clicks.denominator == 3 && spread.clicks.numerator == 1)
    }

    @Test func aClickIsCreditedToItsPlaceOnce() throws {
        var join = Self.join()
        let added = join.add(Self.event("click", "b", after: 5, on: "r"))
        let credit = try #require(added)
        #expect(credit.position == 1 && credit.delay == 5 * Self.minute && !credit.isAssisted && !credit.isRepeated)
        #expect(join.add(Self.event("view", "b", after: 6, on: "r"))?.isRepeated == true)
        join.add(Self.event("click", "c", after: 7, on: "r"))
        let cell = try Self.cell(join)
        #expect(cell.places.map(\.clicks) == [0, 1, 1] && cell.answers.accepted == 1)
    }

    @Test(arguments: [("click", 30, true), ("click", 31, false), ("purchase", 1440, true), ("purchase", 1441, false)])
    func windowsAreByKind(type: String, minutes: Int64, isCredited: Bool) {
        var join = Self.join()
        #expect((join.add(Self.event(type, "a", after: minutes, on: "r")) != nil) == isCredited)
    }

    @Test func whatIsNoFeedbackIsNotCredited() {
        var join = Self.join()
        #expect(join.add(Self.event("search", "a", on: "r")) == nil)
        #expect(join.add(Self.event("click", "x", on: "r")) == nil)
        #expect(join.add(Self.event("click", "a", on: "other")) == nil)
        #expect(join.add(Self.event("click", "a", after: -1, on: "r")) == nil)
        #expect(join.add(Self.event("click", "a", user: "somebody")) == nil)
    }

    /// An event that does not name the answer is credited to the newest one that showed the item, and counted apart.
    @Test func assistedConversionsAreCountedApart() throws {
        var join = Self.join("old")
        join.add(Self.answer("new", at: Self.noon + 2 * Self.minute, ["a", "z"], version: 4))
        join.add(Self.answer("newest", at: Self.noon + 3 * Self.minute, ["y"], version: 5))
        let added = join.add(Self.event("purchase", "a", after: 9, value: 20))
        let credit = try #require(added)
        #expect(credit.isAssisted && credit.group.version == "4" && credit.value == 20)
        let addedEarlier = join.add(Self.event("purchase", "a", after: 1, value: 20))
        let earlier = try #require(addedEarlier)
        #expect(earlier.group.version == "3")
        #expect(try Self.cell(join).places[0].assisted == 1)
    }

    @Test func aRefundTakesItsCreditBack() throws {
        var join = Self.join()
        let before = try Self.cell(join)
        join.add(Self.event("purchase", "a", value: 12.5, on: "r"))
        join.add(Self.event("purchase", "a", after: 2, value: 7, on: "r"))
        #expect(try Self.cell(join).places[0].value == 19.5)
        #expect(try Self.cell(join).answers.converted == 1)
        #expect(join.add(Self.event("refund", "a", after: 90))?.value == -7)
        #expect(try Self.cell(join).places[0].conversions == 1)
        #expect(try Self.cell(join).answers.converted == 1)
        #expect(join.add(Self.event("purchase", "a", after: 91, value: -1))?.kind == .refund)
        #expect(try Self.cell(join) == before)
        #expect(join.add(Self.event("refund", "a", after: 92)) == nil)
        #expect(try #require(join.table.spread(of: Self.key.group)).conversions.numerator == 0)
    }

    @Test func satisfactionIsOfTheAnswer() throws {
        var join = Self.join()
        #expect(join.add(Self.event("satisfaction", "", value: 4, on: "r"))?.kind == .satisfaction)
        #expect(join.add(Self.event("satisfaction", "", value: 4)) == nil)
        #expect(try Self.cell(join).answers.satisfactions == 1 && Self.cell(join).answers.satisfaction == 4)
    }

    /// What arrives later than the grace after its window is not credited, whether the answer is still remembered or not.
    @Test func lateEventsAreJudgedByTheirTimes() {
        for late in [0, 30, 89, 91, 10_000] as [Int64] {
            var join = Self.join()
            let credit = join.add(Self.event("click", "a", after: 1, on: "r", lateBy: late))
            #expect((credit != nil) == (late <= 89))
        }
    }

    @Test func answersAreForgottenInTime() {
        var join = Self.join()
        for number in 0..<5_000 {
            join.add(Self.answer("\(number)", user: "u\(number % 7)", at: Self.noon + Int64(number) * Self.minute))
        }
        // A day and an hour of one answer a minute.
        #expect(join.openCount == 25 * 60 + 1)
        #expect(join.add(Self.event("click", "a", after: 4_999, user: "u1", on: "4998")) != nil)
        #expect(join.add(Self.event("purchase", "a", after: 4_999, user: "u4")) != nil)
        #expect(join.add(Self.event("purchase", "a", after: 4_999, user: "u4", on: "300")) == nil)
    }

    @Test func delaysAreMeasured() throws {
        var join = FeedbackJoin()
        for number in 0..<100 {
            join.add(Self.answer("\(number)", user: "u\(number)"))
        }
        for number in 0..<100 {
            join.add(Self.event("click", "a", after: number < 50 ? 2 : 20, user: "u\(number)", on: "\(number)"))
        }
        let curve = try #require(join.delayCurve(of: .click, now: Self.noon + 60 * Self.minute))
        #expect(curve.share(by: Double(3 * Self.minute)) == 0.5)
        #expect(join.delayCurve(of: .conversion, now: Self.noon) == nil)
    }

    /// A visitor's answers are the account's after they are joined, between those that the account had, and those of others
    /// are not.
    @Test func answersOfAJoinedUserAreFound() {
        var join = FeedbackJoin()
        let given = [
            ("a1", "account", "x"), ("v1", "visitor", "b"), ("a2", "account", "b"), ("v2", "visitor", "c"),
            ("o", "other", "d"),
        ]
        for (place, (id, user, item)) in given.enumerated() {
            join.add(Self.answer(id, user: user, at: Self.noon + Int64(place), [item], version: place))
        }
        #expect(join.add(Self.event("click", "c", user: "account")) == nil)
        join.join("visitor", to: "account")
        // The newest that had the item: a2 for b, although v1 had it too.
        for (item, version) in [("c", "3"), ("b", "2"), ("x", "0")] {
            #expect(join.add(Self.event("click", item, user: "account"))?.group.version == version)
        }
        #expect(join.add(Self.event("click", "b", user: "visitor")) == nil)
        #expect(join.add(Self.event("click", "d", user: "account")) == nil)
        join.forget("account")
        #expect(join.add(Self.event("click", "c", user: "account")) == nil)
    }
}

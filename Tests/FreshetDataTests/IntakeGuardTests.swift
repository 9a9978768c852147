import FreshetCore
import Testing

@testable import FreshetData

/// Bursts of new accounts and the caps of an account.
@Suite struct IntakeGuardTests {
    private static let day: Int64 = 86_400_000
    private static let items = 40

    /// A guard that saw accounts come for a hundred days, each with five events on items of which item 0 has half.
    private func informed(_ change: (inout IntakeGuard.Settings) -> Void = { _ in }) -> IntakeGuard {
        var settings = IntakeGuard.Settings(.leaveOut)
        change(&settings)
        var watch = IntakeGuard(settings)
        for account in 0..<400 {
            for event in 0..<5 {
                let item = event % 2 == 0 ? 0 : 1 + (account + event) % (Self.items - 1)
                let time = Int64(account) * Self.day / 4
                let found = watch.note(user: UserIndex(account), item: ItemIndex(item), at: time)
                #expect(found == nil)
            }
        }
        return watch
    }

    /// How many of the events of new accounts on an item count.
    private func counted(_ watch: inout IntakeGuard, accounts: Range<Int>, item: Int, at time: Int64) -> Int {
        accounts.count { watch.note(user: UserIndex($0), item: ItemIndex(item), at: time) == nil }
    }

    @Test func burstsOfNewAccountsDoNotCount() {
        var watch = informed()
        let now = 101 * Self.day
        #expect(counted(&watch, accounts: 400..<460, item: 7, at: now) < 12)
        // Whoever is there for long is no burst, and what everybody does is none.
        #expect(counted(&watch, accounts: 0..<60, item: 7, at: now) == 60)
        #expect(counted(&watch, accounts: 500..<530, item: 0, at: now) == 30)
        // An item of which nobody knew anything may begin.
        #expect(counted(&watch, accounts: 600..<660, item: 900, at: now) == 3)
    }

    @Test func burstsAreCutToATrickle() {
        var watch = informed()
        #expect(counted(&watch, accounts: 400..<460, item: 900, at: 101 * Self.day) == 3)
        #expect(counted(&watch, accounts: 460..<520, item: 900, at: 101 * Self.day) == 0)
        #expect((1...4).contains(counted(&watch, accounts: 520..<580, item: 900, at: 130 * Self.day)))
    }

    @Test func nothingIsABurstWithoutAPast() {
        var watch = IntakeGuard(IntakeGuard.Settings(.leaveOut))
        #expect(counted(&watch, accounts: 0..<60, item: 3, at: 0) == 60)
    }

    @Test func boundsAreThoseOfTheSettings() {
        var loose = informed { $0.floor = 50 }
        #expect(counted(&loose, accounts: 400..<440, item: 900, at: 101 * Self.day) == 40)
        var patient = informed { $0.youngDays = 0.01 }
        // All accounts are old a quarter of an hour after they came.
        for account in 400..<440 { _ = patient.note(user: UserIndex(account), item: ItemIndex(0), at: 101 * Self.day) }
        #expect(counted(&patient, accounts: 400..<440, item: 900, at: 102 * Self.day) == 40)
    }

    @Test func accountsAreYoungFromTheirFirstEventOn() {
        var ages = AccountAges(young: 14 * Self.day)
        let atFirst = (0..<30).map { ages.isYoung(UserIndex($0), at: Int64($0) * Self.day) }
        #expect(!atFirst.contains(false))
        let young = (0..<30).filter { ages.isYoung(UserIndex($0), at: 30 * Self.day) }
        // Those who came by day 16, within the steps of the marks.
        #expect((15...17).contains(young.first ?? 0) && young.last == 29)
    }

    @Test func eventsBeyondTheCapsDoNotCount() {
        var watch = IntakeGuard(IntakeGuard.Settings(.leaveOut))
        let found = (0..<1200).map { watch.note(user: UserIndex(1), item: ItemIndex($0), at: Int64($0)) }
        #expect(found.prefix(1000).allSatisfy { $0 == nil } && found.suffix(200).allSatisfy { $0 == .rate })
        let again = watch.note(user: UserIndex(1), item: ItemIndex(0), at: 3_700_000)
        #expect(again == nil)
        let same = (0..<15).map { watch.note(user: UserIndex(2), item: ItemIndex(5), at: 4_000_000 + Int64($0)) }
        #expect(same.prefix(10).allSatisfy { $0 == nil } && same.suffix(5).allSatisfy { $0 == .repetition })
    }

    @Test func whoComesOftenIsNotDrivenOutOfASlot() {
        var slots = CapSlots(count: 2, fade: 1000)
        var most: Float = 0
        for step in 0..<300 {
            most = max(most, slots.add(7, at: 0), slots.add(7, at: 0))
            _ = slots.add(UInt64(1000 + step), at: 0)
        }
        #expect(most > 250)
        #expect(slots.add(7, at: 1000) <= 1)
    }

    // MARK: A whole log

    /// People who take what they like over a year, and at its end accounts that all take item 7.
    private func log(times: Bool) -> Dataset {
        var histories = Histories()
        func add(_ items: [Int], at time: Int64) {
            histories.append(
                History(
                    items: items.map(ItemIndex.init(_:))[...],
                    times: times
                        ? items.indices.map { Timestamp(milliseconds: 1_600_000_000_000 + time + Int64($0) * 60_000) }[
                            ...
                        ]
                        : []
                )
            )
        }
        for account in 0..<400 { add((0..<5).map { (account * 3 + $0) % Self.items }, at: Int64(account) * Self.day) }
        for account in 0..<40 { add([account % 5 + 10, 7], at: 399 * Self.day + Int64(account) * 1000) }
        return Dataset(
            users: IdentifierTable((0..<440).map { "u\($0)" }),
            items: IdentifierTable((0..<Self.items).map { "i\($0)" }),
            histories: histories
        )
    }

    @Test(arguments: [true, false]) func eventsOfALogAreLeftOut(times: Bool) throws {
        let dataset = log(times: times)
        let (guarded, report) = dataset.guarded(by: IntakeGuard.Settings(.leaveOut))
        let found = try #require(report)
        #expect(found.isLeftOut && found.items.map(\.item) == ["i7"] && (15...37).contains(found.events))
        #expect(found.reasons == ["burst": found.events] && found.users == found.events)
        let rows = guarded.histories.weights.indices.filter { guarded.histories.weights[$0] == 0 }
        #expect(rows.count == found.events)
        #expect(rows.allSatisfy { $0 >= 2000 && guarded.histories.items[$0] == ItemIndex(7) })
        // The events stay, and so do all others.
        #expect(
            guarded.histories.items == dataset.histories.items
                && guarded.histories.likings.eventCount == 2080 - rows.count
        )
        let (reported, same) = dataset.guarded(by: IntakeGuard.Settings(.report))
        #expect(reported.histories == dataset.histories && same?.reasons == found.reasons && same?.isLeftOut == false)
        let (untouched, none) = dataset.guarded(by: IntakeGuard.Settings())
        #expect(untouched.histories == dataset.histories && none == nil)
    }

    /// Accounts that came one by one all the time are no burst.
    @Test func patienceIsNotSeen() {
        let dataset = log(times: false)
        let order = (0..<400).flatMap { $0 % 10 == 9 ? [$0, 400 + $0 / 10] : [$0] }
        let (_, report) = dataset.guarded(by: IntakeGuard.Settings(.leaveOut), arrivals: order)
        #expect(report?.events == 0)
    }

    @Test func importsAskTheGuard() throws {
        let folder = try TemporaryFolder()
        let dataset = log(times: false)
        let lines = (0..<440).flatMap { user in
            dataset.histories[UserIndex(user)].items.map { "u\(user)\ti\($0.rawValue)" }
        }
        let path = try folder.write((["user\titem"] + lines).joined(separator: "\n"), to: "events.tsv")
        func read(_ policy: GuardPolicy) throws -> ImportResult {
            var options = ImportOptions()
            options.intakeGuard.policy = policy
            return try DatasetReader(options: options).read(path: path, format: "tsv")
        }
        let left = try read(.leaveOut)
        #expect(left.report.quarantine?.items.first?.item == "i7" && left.dataset.histories.weights.contains(0))
        #expect(left.report.description.contains("guard: "))
        let reported = try read(.report)
        #expect(reported.dataset.histories.weights.isEmpty && reported.report.description.contains("--guard leave_out"))
        #expect(try read(.off).report.quarantine == nil)
    }
}

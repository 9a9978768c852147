import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetTensor
import Testing

/// Fake users by seed and kind.
@Suite struct AttackTests {
    private static let users = 300
    private static let items = 200
    private static let start: Int64 = 1_600_000_000_000
    private static let day: Int64 = 86_400_000

    /// Users who mostly take the first items, in their order; every tenth takes the rare 150 to 153 together.
    private func dataset(times: Bool = false, ratings: Bool = false) -> Dataset {
        var random = RandomSource(seed: 3)
        var histories = Histories()
        for user in 0..<Self.users {
            var items = (0..<20).map { _ in
                min(random.below(Self.items), random.below(Self.items), random.below(Self.items))
            }
            if user % 10 == 0 { items += [150, 151, 152, 153] }
            histories.append(
                History(
                    items: items.map(ItemIndex.init(_:))[...],
                    times: times
                        ? items.indices.map {
                            Timestamp(milliseconds: Self.start + Int64(user) * Self.day + Int64($0) * 60_000)
                        }[...] : [],
                    values: ratings ? items.map { Float(1 + $0 % 5) }[...] : []
                )
            )
        }
        return Dataset(
            users: IdentifierTable((0..<Self.users).map { "u\($0)" }),
            items: IdentifierTable((0..<Self.items).map { "i\($0)" }),
            histories: histories
        )
    }

    private let targets = [ItemIndex(150), ItemIndex(199)]

    private func injected(
        _ kind: AttackKind,
        into dataset: Dataset,
        _ arrival: Attack.Arrival = .late,
        seed: UInt64 = 1,
        count: Int = 12
    ) throws -> Attack.Injected {
        try Attack(kind: kind, fakeUsers: count, targets: targets, arrival: arrival, seed: seed).injected(into: dataset)
    }

    private func profiles(_ injected: Attack.Injected) -> [[ItemIndex]] {
        injected.fakeUsers.map { Array(injected.dataset.histories[UserIndex($0)].items) }
    }

    @Test(arguments: AttackKind.allCases) func fakeUsersPushEveryTarget(kind: AttackKind) throws {
        let real = dataset()
        let injected = try injected(kind, into: real)
        #expect(injected.fakeUsers == 300..<312 && injected.dataset.users.count == 312)
        #expect(
            injected.dataset.histories.history(in: 0..<real.histories.eventCount)
                == real.histories.history(in: 0..<real.histories.eventCount)
        )
        for profile in profiles(injected) {
            #expect(Set(targets).isSubset(of: profile) && (4...24).contains(profile.count))
            let others = profile.filter { !targets.contains($0) }
            #expect(Set(others).count == others.count)
        }
    }

    @Test(arguments: AttackKind.allCases) func theSeedDecides(kind: AttackKind) throws {
        let dataset = dataset()
        let first = profiles(try injected(kind, into: dataset))
        #expect(first == profiles(try injected(kind, into: dataset)))
        #expect(first != profiles(try injected(kind, into: dataset, seed: 2)))
    }

    @Test func fillersAreThoseOfTheKind() throws {
        let dataset = dataset()
        func fillers(_ kind: AttackKind) throws -> [Int] {
            profiles(try injected(kind, into: dataset, count: 100)).flatMap(\.self).filter { !targets.contains($0) }
                .map(\.position)
        }
        func mean(_ items: [Int]) -> Double { Double(items.reduce(0, +)) / Double(items.count) }
        #expect(try mean(fillers(.random)) > 80)
        #expect(try mean(fillers(.popular)) < 70)
        let companions = try fillers(.segment).filter { (151...153).contains($0) }
        #expect(companions.count > 70)
        #expect(try fillers(.random).filter { (151...153).contains($0) }.count < 60)
    }

    @Test func targetsOfSequencesFollowPopularItems() throws {
        let dataset = dataset()
        var counts = [Int](repeating: 0, count: Self.items)
        for item in dataset.histories.items { counts[item.position] += 1 }
        let popular = Set(counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(8))
        var followed = 0
        for profile in profiles(try injected(.sequence, into: dataset)) {
            #expect(targets.contains(try #require(profile.last)))
            for (earlier, later) in zip(profile, profile.dropFirst()) where targets.contains(later) {
                if popular.contains(earlier.position) { followed += 1 }
            }
        }
        #expect(followed >= 12)
    }

    @Test func lateAccountsComeInTheLastWeek() throws {
        let dataset = dataset(times: true, ratings: true)
        let end = try #require(dataset.histories.times.max())
        for (arrival, isLate) in [(Attack.Arrival.late, true), (.spread, false)] {
            let injected = try injected(.popular, into: dataset, arrival)
            let fake = injected.dataset.histories.offsets[Self.users]
            let times = injected.dataset.histories.times[fake...]
            #expect(
                times.allSatisfy { $0 <= end }
                    && times.allSatisfy { $0.milliseconds >= end.milliseconds - 7 * Self.day } == isLate
            )
            #expect(injected.dataset.histories.values[fake...].allSatisfy { $0 == 5 })
        }
    }

    @Test func patientAccountsComeAmongTheOthers() throws {
        let late = try injected(.random, into: dataset()).arrivals
        #expect(late == Array(0..<312))
        let spread = try injected(.random, into: dataset(), .spread).arrivals
        #expect(spread.sorted() == late)
        let places = spread.indices.filter { spread[$0] >= 300 }
        #expect(zip(places, places.dropFirst()).allSatisfy { (20...30).contains($1 - $0) } && places.count == 12)
    }

    @Test func drawnTargetsAreRareAndKnown() {
        let histories = dataset().histories
        let drawn = Attack.rareTargets(5, in: histories, itemCount: Self.items, seed: 4)
        var counts = [Int](repeating: 0, count: Self.items)
        for item in histories.items { counts[item.position] += 1 }
        let median = counts.filter { $0 > 0 }.sorted()[counts.count { $0 > 0 } / 2]
        #expect(drawn.count == 5 && drawn.allSatisfy { (5...median).contains(counts[$0.position]) })
        #expect(drawn == Attack.rareTargets(5, in: histories, itemCount: Self.items, seed: 4))
        #expect(drawn != Attack.rareTargets(5, in: histories, itemCount: Self.items, seed: 5))
        #expect(Attack.rareTargets(5, in: Histories(), itemCount: 3, seed: 4).isEmpty)
    }

    @Test func attacksOnNothingAreRefused() {
        let empty = Dataset(users: IdentifierTable(), items: IdentifierTable(["a"]), histories: Histories())
        #expect(throws: FreshetError.self) { try injected(.random, into: empty) }
        #expect(throws: FreshetError.self) {
            try Attack(kind: .random, fakeUsers: 1, targets: []).injected(into: dataset())
        }
    }
}

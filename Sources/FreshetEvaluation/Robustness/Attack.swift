import FreshetCore
import FreshetData
import FreshetTensor

/// Fake users who push some items, added to a copy of a data set.
///
/// Each fake user has as many events as a real one drawn at random, but at least two for each target, and pushes every target:
/// the events are parted into blocks, and each block has one target among items that its kind chooses. An item
/// comes once, a target once for each of its blocks. Real users keep their numbers; the fake ones come behind.
public struct Attack: Sendable {
    /// When the accounts of fake users come.
    public enum Arrival: String, Sendable, Codable, CaseIterable {
        /// All at the end, within the log's last week.
        case late
        /// Evenly among the real users: an attack that had patience.
        case spread
    }

    /// What fake users do beside their targets.
    public var kind: AttackKind
    /// How many there are.
    public var fakeUsers: Int
    /// What they push.
    public var targets: [ItemIndex]
    /// When their accounts come.
    public var arrival: Arrival
    /// The seed of all that is drawn.
    public var seed: UInt64

    /// Plans an attack.
    public init(
        kind: AttackKind,
        fakeUsers: Int,
        targets: [ItemIndex],
        arrival: Arrival = .late,
        seed: UInt64 = 1
    ) {
        (self.kind, self.fakeUsers, self.targets) = (kind, fakeUsers, targets)
        (self.arrival, self.seed) = (arrival, seed)
    }

    /// A data set with fake users.
    public struct Injected: Sendable {
        /// Real users first, with their numbers.
        public let dataset: Dataset
        /// The numbers of the fake ones.
        public let fakeUsers: Range<Int>
        /// All users in the order in which they came, for data without times.
        public let arrivals: [Int]
    }

    /// Adds the fake users to a copy of a data set.
    ///
    /// - Parameter dataset: what real users did.
    /// - Returns: the copy. An event of a fake user has the most frequent type and the highest value that the data have.
    /// - Throws: ``FreshetError`` of kind `usage` where there is no target, or nobody to imitate.
    public func injected(into dataset: Dataset) throws -> Injected {
        var source = try AttackSource(dataset.histories, itemCount: dataset.items.count, targets: targets)
        var random = RandomSource.stream(seed: seed, 0xA77C)
        var writer = FakeEventWriter(dataset, arrival: arrival)
        let first = dataset.users.count
        for number in 0..<fakeUsers {
            writer.append(source.profile(kind, random: &random), number: number, random: &random)
        }
        return Injected(
            dataset: writer.dataset,
            fakeUsers: first..<first + fakeUsers,
            arrivals: Self.arrivals(real: first, fake: fakeUsers, arrival)
        )
    }

    /// The users in the order in which they came.
    private static func arrivals(real: Int, fake: Int, _ arrival: Arrival) -> [Int] {
        guard arrival == .spread, fake > 0 else { return Array(0..<real + fake) }
        var order: [Int] = []
        order.reserveCapacity(real + fake)
        var next = 0
        for user in 0..<real {
            order.append(user)
            while next < fake, (next + 1) * (real + 1) <= (user + 1) * (fake + 1) {
                order.append(real + next)
                next += 1
            }
        }
        return order + (real + next..<real + fake)
    }
}

extension Attack {
    /// Draws targets among the rare items: those of the half with fewest events that have at least five.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - histories: what real users did.
    ///   - itemCount: how many items there are.
    ///   - seed: the seed.
    /// - Returns: the targets by number; fewer where there are not as many rare items.
    public static func rareTargets(
        _ count: Int,
        in histories: Histories,
        itemCount: Int,
        seed: UInt64
    ) -> [ItemIndex] {
        var counts = [Int](repeating: 0, count: itemCount)
        for item in histories.items { counts[item.position] += 1 }
        let known = counts.filter { $0 > 0 }.sorted()
        guard let median = known.isEmpty ? nil : known[known.count / 2] else { return [] }
        let rare = counts.indices.filter { counts[$0] <= median && counts[$0] >= min(fewestEvents, median) }
        var random = RandomSource.stream(seed: seed, 0x7A26)
        return rare.shuffled(using: &random).prefix(count).sorted().map(ItemIndex.init(_:))
    }

    private static let fewestEvents = 5
}

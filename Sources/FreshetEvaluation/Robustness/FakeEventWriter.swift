import FreshetCore
import FreshetData
import FreshetTensor

/// Writes fake users behind the real ones, in the columns that the data have.
struct FakeEventWriter {
    /// A late attack takes so long, in milliseconds: a week.
    private static let late: Int64 = 7 * 86_400_000
    /// The longest gap between two events of a fake user, in milliseconds.
    private static let longestGap = 300_000

    private(set) var dataset: Dataset
    private let arrival: Attack.Arrival
    private let times: ClosedRange<Int64>?
    private let type: UInt8
    private let value: Float

    init(_ dataset: Dataset, arrival: Attack.Arrival) {
        self.dataset = dataset
        self.arrival = arrival
        let histories = dataset.histories
        if let first = histories.times.min(), let last = histories.times.max() {
            times = first.milliseconds...last.milliseconds
        } else {
            times = nil
        }
        var counts = [Int](repeating: 0, count: 256)
        for type in histories.types { counts[Int(type)] += 1 }
        type = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) }.map(UInt8.init) ?? 0
        value = histories.values.filter(\.isFinite).max() ?? .nan
    }

    /// Adds a fake user.
    mutating func append(_ items: [ItemIndex], number: Int, random: inout RandomSource) {
        var name = "fake-\(number + 1)"
        while dataset.users.position(of: name) != nil { name += "'" }
        _ = dataset.users.insert(name)
        if !dataset.userDetails.isEmpty { dataset.userDetails.append(User(id: name)) }
        let sense = dataset.meanings[dataset.eventTypes[Int(type)]]
        let isWeighed = !dataset.histories.weights.isEmpty
        let weight = sense.weight(of: value)
        if !dataset.histories.sessions.isEmpty {
            dataset.histories.sessions += [Int32](repeating: -1, count: items.count)
        }
        dataset.histories.append(
            History(
                items: items[...],
                times: stamps(items.count, random: &random)[...],
                types: dataset.histories.types.isEmpty ? [] : [UInt8](repeating: type, count: items.count)[...],
                values: dataset.histories.values.isEmpty ? [] : [Float](repeating: value, count: items.count)[...],
                weights: isWeighed ? [Float](repeating: weight, count: items.count)[...] : []
            )
        )
    }

    /// The times of one visit.
    private func stamps(_ count: Int, random: inout RandomSource) -> [Timestamp] {
        guard let times else { return [] }
        let first = arrival == .late ? max(times.lowerBound, times.upperBound - Self.late) : times.lowerBound
        let gaps = (0..<count).map { _ in Int64(1000 + random.below(Self.longestGap)) }
        let room = max(0, times.upperBound - first - gaps.reduce(0, +))
        var time = first + Int64(random.uniform() * Float(room))
        return gaps.map { gap in
            time = min(times.upperBound, time + gap)
            return Timestamp(milliseconds: time)
        }
    }
}

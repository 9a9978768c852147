import FreshetCore
import FreshetData
import FreshetTensor

/// Exemplars of what was learned: an event and what its user did before, kept so that it is not forgotten.
///
/// Two ways to fill it. A stream offers every event, and the buffer stays an even sample of all of them (reservoir
/// sampling; Vitter, 1985), so that an item has exemplars in proportion to how often it occurred. After a period of data
/// that was learned as a whole, whoever learned it chooses those that stand best for their item. Either all events have times
/// and types or none.
public struct ReplayBuffer: Sendable {
    /// How many exemplars it holds at most.
    public let capacity: Int
    /// How many events before the exemplar's own are kept.
    public let contextLength: Int
    /// How many exemplars there are.
    public internal(set) var count = 0
    /// How many events were offered.
    public internal(set) var offered = 0
    var random: RandomSource
    var lengths: [Int32] = []
    var users: [Int32] = []
    var items: [ItemIndex] = []
    var times: [Timestamp] = []
    var types: [UInt8] = []
    /// Empty while every event of all exemplars is a liking of weight 1.
    var weights: [Float] = []

    /// The length of an exemplar's place: its context and its own event.
    private var stride: Int { contextLength + 1 }

    /// Creates an empty buffer.
    public init(capacity: Int, contextLength: Int, seed: UInt64) {
        precondition(capacity >= 0 && contextLength > 0, "a buffer of \(capacity) exemplars")
        self.capacity = capacity
        self.contextLength = contextLength
        random = RandomSource.stream(seed: seed, 5)
    }

    /// Removes all exemplars.
    public mutating func removeAll() {
        (count, offered) = (0, 0)
        for keyPath in [\ReplayBuffer.lengths, \.users] { self[keyPath: keyPath].removeAll(keepingCapacity: true) }
        items.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        types.removeAll(keepingCapacity: true)
        weights.removeAll(keepingCapacity: true)
    }

    /// Offers an event; one that likes its item is kept with the chance that makes the buffer an even sample of all offered events.
    public mutating func offer(_ event: StreamEvent) {
        guard event.history.count > 0, event.event.weight > 0, capacity > 0 else { return }
        offered += 1
        guard let place = reservoirPlace() else { return }
        let history = event.history
        write(
            at: place,
            user: event.event.user,
            items: history.items.suffix(contextLength) + [event.event.item],
            times: history.times.suffix(contextLength) + (history.times.isEmpty ? [] : [event.event.time]),
            types: history.types.suffix(contextLength) + (history.types.isEmpty ? [] : [event.event.type]),
            weights: history.weights.suffix(contextLength) + (history.weights.isEmpty ? [] : [event.event.weight])
        )
    }

    /// Adds a run of events as an exemplar, the last being what is to be remembered.
    ///
    /// The buffer must have room.
    public mutating func append(_ events: History, user: UserIndex) {
        precondition(count < capacity, "a full replay buffer")
        guard events.count > 1 else { return }
        count += 1
        let kept = stride
        write(
            at: count - 1,
            user: user,
            items: events.items.suffix(kept),
            times: events.times.suffix(kept),
            types: events.types.suffix(kept),
            weights: events.weights.suffix(kept)
        )
    }

    /// An exemplar: its events, the last being what is to be remembered.
    public subscript(index: Int) -> History {
        let range = index * stride..<index * stride + Int(lengths[index])
        return History(
            items: items[range],
            times: times.isEmpty ? [] : times[range],
            types: types.isEmpty ? [] : types[range],
            weights: weights.isEmpty ? [] : weights[range]
        )
    }

    /// Adds randomly chosen exemplars to a lesson until it has a number of further targets.
    ///
    /// - Parameters:
    ///   - wanted: how many; the last exemplar may go beyond.
    ///   - targets: how many of an exemplar's newest events are targets.
    ///   - sequences: the lesson's exemplars.
    public mutating func draw(_ wanted: Int, targets: Int, into sequences: inout TrainingSequences) {
        guard count > 0, targets > 0 else { return }
        let enough = sequences.targets + wanted
        while sequences.targets < enough {
            sequences.append(self[random.below(count)], targets: targets, maximumLength: contextLength)
        }
    }

    /// Forgets every exemplar of a user; how many there were.
    public mutating func removeAll(of user: UserIndex) -> Int {
        var removed = 0
        var index = 0
        while index < count {
            guard users[index] == user.rawValue else {
                index += 1
                continue
            }
            move(from: count - 1, to: index)
            count -= 1
            removed += 1
        }
        return removed
    }

    private mutating func reservoirPlace() -> Int? {
        if count < capacity {
            count += 1
            return count - 1
        }
        let place = random.below(offered)
        return place < capacity ? place : nil
    }

    private mutating func write(
        at place: Int,
        user: UserIndex,
        items newItems: ArraySlice<ItemIndex>,
        times newTimes: ArraySlice<Timestamp>,
        types newTypes: ArraySlice<UInt8>,
        weights newWeights: ArraySlice<Float>
    ) {
        if !newWeights.isEmpty, weights.isEmpty { weights = Array(repeating: 1, count: lengths.count * stride) }
        if lengths.count <= place {
            lengths.append(0)
            users.append(0)
            items.append(contentsOf: repeatElement(ItemIndex(0), count: stride))
            if !newTimes.isEmpty { times.append(contentsOf: repeatElement(0, count: stride)) }
            if !newTypes.isEmpty { types.append(contentsOf: repeatElement(0, count: stride)) }
            if !weights.isEmpty || !newWeights.isEmpty { weights.append(contentsOf: repeatElement(1, count: stride)) }
        }
        lengths[place] = Int32(newItems.count)
        users[place] = user.rawValue
        let start = place * stride
        for (offset, item) in newItems.enumerated() { items[start + offset] = item }
        for (offset, time) in newTimes.enumerated() { times[start + offset] = time }
        for (offset, type) in newTypes.enumerated() { types[start + offset] = type }
        guard !weights.isEmpty else { return }
        for offset in 0..<newItems.count {
            weights[start + offset] = newWeights.isEmpty ? 1 : newWeights[newWeights.startIndex + offset]
        }
    }

    private mutating func move(from source: Int, to target: Int) {
        guard source != target else { return }
        lengths[target] = lengths[source]
        users[target] = users[source]
        for offset in 0..<stride {
            items[target * stride + offset] = items[source * stride + offset]
            if !times.isEmpty { times[target * stride + offset] = times[source * stride + offset] }
            if !types.isEmpty { types[target * stride + offset] = types[source * stride + offset] }
            if !weights.isEmpty { weights[target * stride + offset] = weights[source * stride + offset] }
        }
    }
}

import FreshetCore
import FreshetData

/// Sequences to train on that stand for themselves: each a run of events, the newest of which are targets as far as they
/// like their items.
public struct TrainingSequences: Sendable {
    private(set) var histories = Histories()
    private(set) var windows: [SequenceWindow] = []
    /// How many targets there are.
    public private(set) var targets = 0

    /// Creates an empty set.
    public init() {}

    /// How many sequences there are.
    public var count: Int { windows.count }

    /// Removes all sequences and keeps the memory.
    public mutating func removeAll() {
        histories.offsets.removeAll(keepingCapacity: true)
        histories.offsets.append(0)
        histories.items.removeAll(keepingCapacity: true)
        histories.times.removeAll(keepingCapacity: true)
        histories.types.removeAll(keepingCapacity: true)
        histories.weights.removeAll(keepingCapacity: true)
        windows.removeAll(keepingCapacity: true)
        targets = 0
    }

    /// Adds the newest events of a history: targets, and what came before as their context.
    ///
    /// - Parameters:
    ///   - history: events of one user, with times and types where the others have them.
    ///   - wanted: how many of the newest events are targets; an event without any before it cannot be one.
    ///   - maximumLength: how many events at most stand before the last target.
    public mutating func append(_ history: History, targets wanted: Int, maximumLength: Int) {
        let count = min(history.count, maximumLength + 1)
        let isTarget = { history.weight(at: history.count - 1 - $0) > 0 }
        guard count > 1, (0..<min(wanted, count - 1)).contains(where: isTarget) else { return }
        histories.items.append(contentsOf: history.items.suffix(count))
        histories.times.append(contentsOf: history.times.suffix(count))
        histories.types.append(contentsOf: history.types.suffix(count))
        histories.appendWeights(history.weights.suffix(count), count: count)
        close(length: count, targets: wanted)
    }

    /// Adds the newest events of a history and one that followed, which is the last target.
    public mutating func append(
        _ history: History,
        followedBy event: LoggedEvent,
        targets wanted: Int,
        maximumLength: Int
    ) {
        let context = min(history.count, maximumLength)
        let isTarget = { history.weight(at: history.count - 1 - $0) > 0 }
        guard context > 0, wanted > 0,
            event.weight > 0 || (0..<min(wanted - 1, context - 1)).contains(where: isTarget)
        else { return }
        histories.items.append(contentsOf: history.items.suffix(context))
        histories.items.append(event.item)
        if history.times.count == history.count {
            histories.times.append(contentsOf: history.times.suffix(context))
            histories.times.append(event.time)
        }
        if history.types.count == history.count {
            histories.types.append(contentsOf: history.types.suffix(context))
            histories.types.append(event.type)
        }
        appendWeights(of: history.weights.suffix(context), followedBy: event, count: context + 1)
        close(length: context + 1, targets: wanted)
    }

    private mutating func appendWeights(of history: ArraySlice<Float>, followedBy event: LoggedEvent, count: Int) {
        guard !history.isEmpty || event.weight != 1 else { return histories.appendWeights([], count: count) }
        var weights = history.isEmpty ? Array(repeating: 1, count: count - 1)[...] : history
        weights.append(event.weight.isNaN ? 0 : event.weight)
        histories.appendWeights(weights, count: count)
    }

    /// Ends a sequence whose events were added.
    private mutating func close(length: Int, targets wanted: Int) {
        histories.offsets.append(histories.items.count)
        let user = UserIndex(windows.count)
        let window = SequenceWindow(
            user: user,
            range: 0..<length - 1,
            contextOnly: length - 1 - min(wanted, length - 1),
            of: histories[user]
        )
        windows.append(window)
        targets += window.targets
    }
}

import FreshetCore
import FreshetData
import FreshetTensor

/// A user carried along by a sequence transformer: keys and values of the newest events, and the vector of the last.
///
/// Positions that count back from the newest event move with every event, so a network that uses them recomputes its
/// window; one with relative positions only, as our own recipe, works off the new event alone.
final class SequenceRunningContext: RunningContext {
    private let network: SequenceNetwork
    private let configuration: SequenceTransformer.Configuration
    private let tape = Tape()
    private let batch: PackedSequences
    private let itemCount: Int
    private let caches: [KeyValueCache]
    private var items: [ItemIndex] = []
    private var times: [Int64] = []
    private var types: [UInt8] = []
    private var vector: [Float]
    private(set) var windowLength = 0

    init(_ scorer: SequenceScorer, _ history: History) {
        network = scorer.network
        configuration = scorer.configuration
        batch = PackedSequences(scorer.shape)
        itemCount = scorer.itemCount
        caches = network.makeCaches()
        vector = Array(repeating: 0, count: configuration.channels)
        append(history)
    }

    func append(_ events: History) {
        // What the network does not know leaves no trace, as in a pass over the whole history.
        for i in 0..<events.count where events.items[events.items.startIndex + i].position < itemCount {
            items.append(events.items[events.items.startIndex + i])
            if !events.times.isEmpty { times.append(events.times[events.times.startIndex + i]) }
            if !events.types.isEmpty { types.append(events.types[events.types.startIndex + i]) }
            if windowLength == configuration.maximumLength { keepNewerHalf() }
            windowLength += 1
            if !configuration.absolutePositions { advance(to: items.count - 1) }
        }
        if configuration.absolutePositions { recompute() }
    }

    func scores() -> [Float] {
        let V = network.itemTable.rows
        let C = configuration.channels
        var scores = [Float](repeating: 0, count: V)
        multiply(
            1,
            V,
            C,
            vector,
            aStride: C,
            network.itemTable.pointer,
            bStride: C,
            transposeB: true,
            into: &scores,
            cStride: V
        )
        return scores
    }

    private var history: History {
        History(items: items[...], times: times[...], types: types[...])
    }

    /// Drops the older half of a full window and what was computed from it.
    private func keepNewerHalf() {
        let kept = configuration.maximumLength / 2
        let dropped = items.count - 1 - kept
        items.removeFirst(dropped)
        if !times.isEmpty { times.removeFirst(dropped) }
        if !types.isEmpty { types.removeFirst(dropped) }
        windowLength = kept
        guard !configuration.absolutePositions else { return }
        for cache in caches { cache.removeAll() }
        for index in 0..<kept { advance(to: index) }
    }

    /// Takes in the event at an index of the window, given those before it.
    private func advance(to index: Int) {
        batch.removeAll()
        batch.append(history, index..<index + 1, maximumLength: configuration.maximumLength)
        keep(network(batch, caches: caches, on: tape))
    }

    private func recompute() {
        guard windowLength > 0 else { return }
        batch.removeAll()
        let range = items.count - windowLength..<items.count
        batch.append(history, range, maximumLength: configuration.maximumLength)
        keep(network.newest(batch, on: tape))
    }

    /// Keeps the last row of the states.
    private func keep(_ states: Tensor) {
        let last = states.values + (states.rows - 1) * states.columns
        vector.withUnsafeMutableBufferPointer { $0.baseAddress!.update(from: last, count: states.columns) }
        tape.reset()
    }
}

extension SequenceScorer: IncrementalScorer {
    func makeRunningContext(for history: History) -> any RunningContext {
        SequenceRunningContext(self, history)
    }
}

import FreshetCore
import FreshetData
import FreshetTensor

/// Several users' runs of events laid one after another without padding: the input of one forward pass.
final class PackedSequences {
    /// The item of each of the `N` events.
    let items = IndexBuffer()
    /// The place of each event counted back from the newest its window may hold.
    let positions = IndexBuffer()
    /// The type of each event.
    let types = IndexBuffer()
    /// The bucket of the time since the event before.
    let gaps = IndexBuffer()
    /// The next item of each event; empty outside training.
    let targets = IndexBuffer()
    /// The last row of each sequence.
    let last = IndexBuffer()
    /// Where each sequence begins, and the end.
    private(set) var offsets = [0]

    /// How many time buckets there are: none, then powers of two of seconds up to 2³⁰.
    static let gapBuckets = 32

    /// Removes everything and keeps the memory.
    func removeAll() {
        for buffer in [items, positions, types, gaps, targets, last] { buffer.removeAll() }
        offsets.removeAll(keepingCapacity: true)
        offsets.append(0)
    }

    /// How many events there are.
    var count: Int { items.count }

    /// Adds a run of events.
    ///
    /// - Parameters:
    ///   - history: the whole history.
    ///   - range: the events to add.
    ///   - maximumLength: `T`, the number of places; the newest event takes the last one.
    ///   - withTargets: whether each event's successor becomes its target; the range must end before the last event.
    func append(_ history: History, _ range: Range<Int>, maximumLength: Int, withTargets: Bool) {
        let base = history.items.startIndex
        for (place, i) in range.enumerated() {
            items.append(history.items[base + i].rawValue)
            positions.append(Int32(maximumLength - range.count + place))
            types.append(history.types.isEmpty ? 0 : Int32(history.types[history.types.startIndex + i]))
            gaps.append(Self.bucket(history.times, i))
            if withTargets { targets.append(history.items[base + i + 1].rawValue) }
        }
        offsets.append(items.count)
        last.append(Int32(items.count - 1))
    }

    private static func bucket(_ times: ArraySlice<Int64>, _ i: Int) -> Int32 {
        guard !times.isEmpty, i > 0 else { return 0 }
        let gap = max(0, times[times.startIndex + i] - times[times.startIndex + i - 1])
        return Int32(min(gapBuckets - 1, 64 - (gap + 1).leadingZeroBitCount))
    }
}

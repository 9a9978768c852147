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
    /// What each event says of its item: 0 a dislike, 1 nothing, 2 a liking.
    let opinions = IndexBuffer()
    /// The next item of each event that has a target; empty outside training.
    let targets = IndexBuffer()
    /// The rows of those events.
    let targetRows = IndexBuffer()
    /// With what chance each target was shown, where that is asked for.
    private(set) var propensities: [Float] = []
    /// The last row of each sequence.
    let last = IndexBuffer()
    /// Where each sequence begins, and the end.
    private(set) var offsets = [0]

    /// How many time buckets there are: none, then powers of two of seconds up to 2³⁰.
    static let gapBuckets = 32

    /// How many opinions there are.
    static let opinionCount = 3

    private var shape: SequenceTransformer.Shape

    /// Creates an empty pass for a network of a shape.
    init(_ shape: SequenceTransformer.Shape) { self.shape = shape }

    /// The number of items that the network knows from now on.
    func adaptToGrowth(items: Int) { shape.items = items }

    /// Removes everything and keeps the memory.
    func removeAll() {
        for buffer in [items, positions, types, gaps, opinions, targets, targetRows, last] { buffer.removeAll() }
        offsets.removeAll(keepingCapacity: true)
        offsets.append(0)
        propensities.removeAll(keepingCapacity: true)
    }

    /// How many events there are.
    var count: Int { items.count }

    /// Adds a run of events; those about items that the network does not know are left out, and dislikes where it cannot
    /// tell them from likings.
    ///
    /// - Parameters:
    ///   - history: the whole history.
    ///   - range: the events to add.
    ///   - maximumLength: `T`, the number of places; the newest event takes the last one.
    ///   - firstTarget: from which event of the range on its successor becomes its target where that likes its item, `nil`
    ///     for none; the range must then end before the last event, and the network know its items.
    ///   - shown: with what chance each event's item was shown; empty where nobody asks.
    /// - Returns: whether anything was added.
    @discardableResult
    func append(
        _ history: History,
        _ range: Range<Int>,
        maximumLength: Int,
        firstTarget: Int? = nil,
        shown: ArraySlice<Float> = []
    ) -> Bool {
        let base = history.items.startIndex
        let before = items.count
        for (place, i) in range.enumerated() {
            let item = history.items[base + i]
            let weight = history.weight(at: i)
            if item.position < shape.items, weight >= 0 || shape.hasOpinions {
                items.append(item.rawValue)
                positions.append(Int32(maximumLength - range.count + place))
                let type = history.types.isEmpty ? 0 : Int(history.types[history.types.startIndex + i])
                types.append(type < shape.types ? Int32(type) : 0)
                gaps.append(Self.bucket(history.times, i))
                opinions.append(weight > 0 ? 2 : weight < 0 ? 0 : 1)
            }
            // What follows a dislike that is left out follows the event before.
            guard let firstTarget, place >= firstTarget, items.count > before, history.weight(at: i + 1) > 0 else {
                continue
            }
            targetRows.append(Int32(items.count - 1))
            targets.append(history.items[base + i + 1].rawValue)
            if !shown.isEmpty { propensities.append(shown[shown.startIndex + i + 1]) }
        }
        guard items.count > before else { return false }
        offsets.append(items.count)
        last.append(Int32(items.count - 1))
        return true
    }

    private static func bucket(_ times: ArraySlice<Timestamp>, _ i: Int) -> Int32 {
        guard !times.isEmpty, i > 0 else { return 0 }
        let gap = max(0, times[times.startIndex + i].seconds - times[times.startIndex + i - 1].seconds)
        return Int32(min(gapBuckets - 1, 64 - (gap + 1).leadingZeroBitCount))
    }
}

/// The vectors of a run of items, zeros where nothing is known; never changed once others see it.
///
/// `@unchecked Sendable`: only ``ItemVectors`` writes to a chunk, before it hands it out.
final class VectorChunk: @unchecked Sendable {
    /// How many items a chunk has.
    static let size = 256

    let numbers: UnsafeMutablePointer<Float>
    private let count: Int

    init(width: Int, copyOf other: VectorChunk? = nil) {
        count = Self.size * width
        numbers = .allocate(capacity: count)
        if let other {
            numbers.update(from: other.numbers, count: count)
        } else {
            numbers.update(repeating: 0, count: count)
        }
    }

    deinit { numbers.deallocate() }
}

/// The nearest neighbours of a run of items, the nearest first.
///
/// `@unchecked Sendable`: as ``VectorChunk``.
final class NeighbourChunk: @unchecked Sendable {
    /// How many neighbours an item has at most.
    static let length = 20

    /// An item near another.
    struct Neighbour {
        var item: Int32
        /// The cosine, above 0.
        var likeness: Float
    }

    let lists: UnsafeMutablePointer<Neighbour>
    private let counts: UnsafeMutablePointer<UInt8>

    init(copyOf other: NeighbourChunk? = nil) {
        let capacity = VectorChunk.size * Self.length
        lists = .allocate(capacity: capacity)
        counts = .allocate(capacity: VectorChunk.size)
        if let other {
            lists.update(from: other.lists, count: capacity)
            counts.update(from: other.counts, count: VectorChunk.size)
        } else {
            lists.update(repeating: Neighbour(item: -1, likeness: 0), count: capacity)
            counts.update(repeating: 0, count: VectorChunk.size)
        }
    }

    deinit {
        lists.deallocate()
        counts.deallocate()
    }

    /// The neighbours of an item.
    subscript(place: Int) -> UnsafeBufferPointer<Neighbour> {
        UnsafeBufferPointer(start: lists + place * Self.length, count: Int(counts[place]))
    }

    /// How near an item has to be to become a neighbour.
    func bar(at place: Int) -> Float {
        counts[place] < Self.length ? 0 : lists[place * Self.length + Self.length - 1].likeness
    }

    /// Puts a neighbour into its place, if it is nearer than the farthest.
    func add(_ item: Int32, _ likeness: Float, at place: Int) {
        guard likeness > bar(at: place) else { return }
        let list = lists + place * Self.length
        var next = min(Int(counts[place]), Self.length - 1)
        while next > 0, list[next - 1].likeness < likeness {
            list[next] = list[next - 1]
            next -= 1
        }
        list[next] = Neighbour(item: item, likeness: likeness)
        if counts[place] < Self.length { counts[place] += 1 }
    }

    /// Takes neighbours out.
    func remove(at place: Int, where isGone: (Int32) -> Bool) {
        let list = lists + place * Self.length
        var kept = 0
        for index in 0..<Int(counts[place]) where !isGone(list[index].item) {
            list[kept] = list[index]
            kept += 1
        }
        counts[place] = UInt8(kept)
    }
}

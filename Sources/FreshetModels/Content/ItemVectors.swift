import CFreshetKernels
import FreshetCore
import FreshetTensor

/// What is said of the items at one moment: a vector for each in one space, and the nearest neighbours of each.
///
/// Immutable, so predictions and requests read it without a lock; a change copies the few chunks that it touches. An item
/// takes 256 + 160 bytes at the usual width of 64.
public struct ItemVectors: Sendable {
    /// The name of what made the vectors; vectors of different names are never mixed.
    public let encoder: String
    /// The numbers of a vector.
    public let width: Int
    /// How many items there are, counting up to the highest number with a vector.
    public private(set) var itemCount = 0
    var vectors: [VectorChunk] = []
    var neighbours: [NeighbourChunk] = []
    /// Where neighbours are looked for in a long catalogue; `nil` as long as an item is compared with all.
    var cells: ItemCells?
    /// From how many items on neighbours are looked for in ``cells`` only.
    let longCatalogue: Int

    /// Creates vectors of nothing.
    ///
    /// - Parameters:
    ///   - encoder: what will make the vectors.
    ///   - width: the numbers of a vector.
    ///   - longCatalogue: from how many items on their neighbours are looked for among those that are roughly near, which
    ///     finds nearly all of them in a fraction of the time.
    public init(encoder: String, width: Int, longCatalogue: Int = 50_000) {
        self.encoder = encoder
        self.width = width
        self.longCatalogue = longCatalogue
    }

    /// The vector of an item, of length 1, or `nil` where nothing is known of it; valid as long as these vectors are held.
    @inline(__always)
    func pointer(of item: Int) -> UnsafePointer<Float>? {
        let chunk = item / VectorChunk.size
        guard chunk < vectors.count else { return nil }
        return UnsafePointer(vectors[chunk].numbers + item % VectorChunk.size * width)
    }

    /// The vector of an item; empty where there is none.
    public func vector(of item: ItemIndex) -> [Float] {
        guard isKnown(item), let start = pointer(of: item.position) else { return [] }
        return Array(UnsafeBufferPointer(start: start, count: width))
    }

    /// Whether anything is known of an item.
    public func isKnown(_ item: ItemIndex) -> Bool {
        guard item.position < itemCount, let start = pointer(of: item.position) else { return false }
        return (0..<width).contains { start[$0] != 0 }
    }

    /// Calls `body` with the items nearest to one, the nearest first.
    @inline(__always)
    func forEachNeighbour(of item: Int, _ count: Int, _ body: (_ item: Int32, _ likeness: Float) -> Void) {
        let chunk = item / VectorChunk.size
        guard chunk < neighbours.count else { return }
        for neighbour in neighbours[chunk][item % VectorChunk.size].prefix(count) {
            body(neighbour.item, neighbour.likeness)
        }
    }

    /// The items nearest to one, the nearest first, each with its cosine.
    public func neighbours(of item: ItemIndex) -> [ScoredItem] {
        var found: [ScoredItem] = []
        forEachNeighbour(of: item.position, NeighbourChunk.length) {
            found.append(ScoredItem(item: ItemIndex(rawValue: $0), score: $1))
        }
        return found
    }

    /// The items nearest to a vector of length 1, the nearest first: looks at every item.
    public func nearest(_ count: Int, to vector: [Float], where isWanted: (ItemIndex) -> Bool = { _ in true })
        -> [ScoredItem]
    {
        precondition(vector.count == width, "a vector of \(vector.count) numbers among vectors of \(width)")
        guard count > 0 else { return [] }
        var found: [ScoredItem] = []
        var bar: Float = 0
        vector.withUnsafeBufferPointer { vector in
            for item in 0..<itemCount {
                guard let start = pointer(of: item) else { continue }
                let likeness = freshet_dot(start, vector.baseAddress!, width)
                guard likeness > bar, isWanted(ItemIndex(item)) else { continue }
                found.append(ScoredItem(item: ItemIndex(item), score: likeness))
                guard found.count >= 2 * count else { continue }
                found.sort { ($1.score, $0.item) < ($0.score, $1.item) }
                found.removeLast(found.count - count)
                bar = found[count - 1].score
            }
        }
        found.sort { ($1.score, $0.item) < ($0.score, $1.item) }
        return Array(found.prefix(count))
    }

    /// How alike two items are: their cosine, 0 where nothing is known of one.
    public func likeness(_ left: ItemIndex, _ right: ItemIndex) -> Float {
        guard let left = pointer(of: left.position), let right = pointer(of: right.position) else { return 0 }
        return freshet_dot(left, right, width)
    }

    /// The vectors with others for some items; their neighbours, and whose neighbours they become, are found anew.
    ///
    /// - Parameters:
    ///   - items: the items that change.
    ///   - numbers: their vectors one after another, each of length 1 or of zeros.
    ///   - pool: the threads.
    /// - Returns: the new vectors; the old ones stay as they are.
    public func replacing(_ items: [ItemIndex], with numbers: [Float], on pool: ThreadPool) -> ItemVectors {
        precondition(numbers.count == items.count * width, "\(numbers.count) numbers for \(items.count) items")
        var new = self
        let renewed = Set(items.lazy.filter(isKnown).map(\.rawValue))
        new.write(items, numbers)
        new.findNeighbours(of: items, forgetting: renewed, on: pool)
        return new
    }

    private mutating func write(_ items: [ItemIndex], _ numbers: [Float]) {
        itemCount = items.reduce(itemCount) { max($0, $1.position + 1) }
        while vectors.count * VectorChunk.size < itemCount {
            vectors.append(VectorChunk(width: width))
            neighbours.append(NeighbourChunk())
        }
        var copied: Set<Int> = []
        numbers.withUnsafeBufferPointer { numbers in
            for (row, item) in items.enumerated() {
                let chunk = item.position / VectorChunk.size
                if copied.insert(chunk).inserted {
                    vectors[chunk] = VectorChunk(width: width, copyOf: vectors[chunk])
                }
                (vectors[chunk].numbers + item.position % VectorChunk.size * width)
                    .update(from: numbers.baseAddress! + row * width, count: width)
            }
        }
    }
}

extension ItemVectors {
    /// The numbers of a vector unless told otherwise: enough to tell items apart, few enough to compare hundreds for every
    /// prediction.
    public static let usualWidth = 64

    /// The vectors of content, brought into the space of its own axes.
    public init(of content: ItemContent, width: Int = usualWidth, on pool: ThreadPool) {
        let projection = ContentProjection(of: content, width: width)
        self = ItemVectors(encoder: content.encoder, width: width)
            .replacing((0..<content.itemCount).map { ItemIndex($0) }, with: projection.vectors(of: content), on: pool)
    }
}

import FreshetCore
import FreshetTensor

extension ItemVectors {
    /// Items that have changed, side by side for matrix products.
    struct Changes {
        /// Those of which something is known, and their vectors one after another.
        var items: [ItemIndex] = []
        var numbers: [Float] = []
        /// All of them, also those of which nothing is known now.
        var all: Set<Int32> = []
        /// Those whose vectors changed: their neighbours have to be found anew.
        var renewed: Set<Int32> = []
    }

    /// The changes that are compared with a chunk at once.
    private static let block = 512

    /// Compares changed items with the others: each finds its neighbours and becomes a neighbour where it is near enough.
    ///
    /// With all others by matrix products, and in a long catalogue with those in the cells near it. The work grows with the
    /// catalogue, so it is done beside predictions, never within one.
    ///
    /// - Parameters:
    ///   - items: the items whose vectors have changed.
    ///   - renewed: those of them that had other vectors before.
    ///   - pool: the threads, each of which takes whole chunks.
    mutating func findNeighbours(of items: [ItemIndex], forgetting renewed: Set<Int32>, on pool: ThreadPool) {
        var changes = Changes(all: Set(items.map(\.rawValue)), renewed: renewed)
        for item in items where isKnown(item) {
            changes.items.append(item)
            changes.numbers += vector(of: item)
        }
        if itemCount < longCatalogue {
            findNeighboursAmongAll(changes, on: pool)
        } else {
            findNeighboursInCells(changes, on: pool)
        }
    }

    private mutating func findNeighboursAmongAll(_ changes: Changes, on pool: ThreadPool) {
        var lists = neighbours
        // What each thread found for the changes among the other items, in lists by their place among the changes.
        let found = (0..<pool.threads).map { _ in
            (0..<(changes.items.count + VectorChunk.size - 1) / VectorChunk.size).map { _ in NeighbourChunk() }
        }
        lists.withUnsafeMutableBufferPointer { lists in
            pool.forEach(lists.count) { chunk, worker in
                if let list = compare(chunk, with: changes, noting: found[worker]) { lists[chunk] = list }
            }
        }
        for (place, item) in changes.items.enumerated() {
            let (chunk, row) = (item.position / VectorChunk.size, item.position % VectorChunk.size)
            for worker in found {
                for neighbour in worker[place / VectorChunk.size][place % VectorChunk.size] {
                    lists[chunk].add(neighbour.item, neighbour.likeness, at: row)
                }
            }
        }
        neighbours = lists
    }

    /// Compares the items of a chunk with the changes.
    ///
    /// - Returns: the chunk's lists, or `nil` when they stay as they are.
    private func compare(_ chunk: Int, with changes: Changes, noting found: [NeighbourChunk]) -> NeighbourChunk? {
        let first = chunk * VectorChunk.size
        let rows = 0..<min(VectorChunk.size, itemCount - first)
        var lists = neighbours[chunk]
        var isCopied = false
        func change() {
            if !isCopied { (lists, isCopied) = (NeighbourChunk(copyOf: lists), true) }
        }
        for row in rows {
            if changes.all.contains(Int32(first + row)) {
                change()
                lists.remove(at: row) { _ in true }
            } else if !changes.renewed.isEmpty, lists[row].contains(where: { changes.renewed.contains($0.item) }) {
                change()
                lists.remove(at: row, where: changes.renewed.contains)
            }
        }
        for start in stride(from: 0, to: changes.items.count, by: Self.block) {
            let columns = start..<min(start + Self.block, changes.items.count)
            withScores(of: chunk, rows.count, with: changes.numbers, columns) { scores in
                for row in rows {
                    let item = Int32(first + row)
                    let isChanged = changes.all.contains(item)
                    for column in columns {
                        let likeness = scores[row * columns.count + column - start]
                        guard likeness > 0, changes.items[column].rawValue != item else { continue }
                        if likeness > lists.bar(at: row) {
                            change()
                            lists.add(changes.items[column].rawValue, likeness, at: row)
                        }
                        // Two changed items meet twice, each in its own chunk.
                        guard !isChanged else { continue }
                        found[column / VectorChunk.size].add(item, likeness, at: column % VectorChunk.size)
                    }
                }
            }
        }
        return isCopied ? lists : nil
    }

    /// Lends the cosines of a chunk's items and some of the changes, shape `[rows, columns.count]`.
    private func withScores(
        of chunk: Int,
        _ rows: Int,
        with numbers: [Float],
        _ columns: Range<Int>,
        _ body: (UnsafePointer<Float>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * columns.count) { scores in
            numbers.withUnsafeBufferPointer { numbers in
                guard let scores = scores.baseAddress, let numbers = numbers.baseAddress else { return }
                multiply(
                    MatrixView(vectors[chunk].numbers, rows, width),
                    MatrixView(numbers + columns.lowerBound * width, columns.count, width).transposed,
                    into: MutableMatrixView(scores, rows, columns.count)
                )
                body(scores)
            }
        }
    }
}

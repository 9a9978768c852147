import CFreshetKernels
import FreshetCore
import FreshetTensor

extension ItemVectors {
    /// How many times shorter the catalogue was when its centres were found, for them to be found anew.
    private static let growth = 4

    /// Lists of neighbours that are copied before they change.
    private struct ChangingLists {
        private(set) var chunks: [NeighbourChunk]
        private var copied: Set<Int> = []

        init(_ chunks: [NeighbourChunk]) { self.chunks = chunks }

        /// The list of an item, to be changed at the row.
        mutating func list(of item: Int32) -> (chunk: NeighbourChunk, row: Int) {
            let chunk = Int(item) / VectorChunk.size
            if copied.insert(chunk).inserted { chunks[chunk] = NeighbourChunk(copyOf: chunks[chunk]) }
            return (chunks[chunk], Int(item) % VectorChunk.size)
        }
    }

    /// An item that has become a neighbour of another one.
    private struct Gained {
        var item: Int32
        var neighbour: Int32
        var likeness: Float
    }

    /// Compares changed items with those in the cells near them.
    mutating func findNeighboursInCells(_ changes: Changes, on pool: ThreadPool) {
        let cells = movedCells(changes, on: pool)
        var lists = ChangingLists(neighbours)
        forget(changes, in: &lists)
        let pieces = (changes.items.count + VectorChunk.size - 1) / VectorChunk.size
        let own = (0..<pieces).map { _ in NeighbourChunk() }
        var gained = [[Gained]](repeating: [], count: pieces)
        let near = cells.cells(of: changes.numbers, on: pool)
        gained.withUnsafeMutableBufferPointer { [chunks = lists.chunks] gained in
            pool.forEachRange(changes.items.count, grain: VectorChunk.size) { places, _ in
                let piece = places.lowerBound / VectorChunk.size
                for place in places {
                    let range = place * near.count..<(place + 1) * near.count
                    compare(place, of: changes, with: cells, near.cells[range], chunks, own[piece], &gained[piece])
                }
            }
        }
        for (place, item) in changes.items.enumerated() {
            let (chunk, row) = lists.list(of: item.rawValue)
            for neighbour in own[place / VectorChunk.size][place % VectorChunk.size] {
                chunk.add(neighbour.item, neighbour.likeness, at: row)
            }
        }
        for one in gained.joined() {
            let (chunk, row) = lists.list(of: one.item)
            chunk.add(one.neighbour, one.likeness, at: row)
        }
        (self.cells, neighbours) = (cells, lists.chunks)
    }

    /// The cells as the vectors are now.
    private func movedCells(_ changes: Changes, on pool: ThreadPool) -> ItemCells {
        guard var cells, itemCount < Self.growth * cells.itemCount else { return ItemCells(of: self, on: pool) }
        cells.remove(changes.all)
        cells.put(changes.items, changes.numbers, on: pool)
        return cells
    }

    /// Empties the lists of changed items, and takes those that had other vectors before out of all lists.
    private func forget(_ changes: Changes, in lists: inout ChangingLists) {
        for item in changes.all {
            let (chunk, row) = lists.list(of: item)
            chunk.remove(at: row) { _ in true }
        }
        guard !changes.renewed.isEmpty else { return }
        for item in 0..<Int32(itemCount) {
            let known = lists.chunks[Int(item) / VectorChunk.size][Int(item) % VectorChunk.size]
            guard known.contains(where: { changes.renewed.contains($0.item) }) else { continue }
            let (chunk, row) = lists.list(of: item)
            chunk.remove(at: row, where: changes.renewed.contains)
        }
    }

    /// Compares a changed item with those in the cells near it.
    ///
    /// - Parameters:
    ///   - place: its place among the changes.
    ///   - changes: the changes.
    ///   - cells: all cells.
    ///   - near: those that are looked through.
    ///   - lists: the neighbours of the items that have not changed.
    ///   - own: takes its neighbours.
    ///   - gained: takes whose neighbour it becomes.
    private func compare(
        _ place: Int,
        of changes: Changes,
        with cells: ItemCells,
        _ near: ArraySlice<Int32>,
        _ lists: [NeighbourChunk],
        _ own: NeighbourChunk,
        _ gained: inout [Gained]
    ) {
        let item = changes.items[place]
        guard let vector = pointer(of: item.position) else { return }
        for cell in near {
            for other in cells.members[Int(cell)] where other != item.rawValue {
                guard let there = pointer(of: Int(other)) else { continue }
                let likeness = freshet_dot(vector, there, width)
                own.add(other, likeness, at: place % VectorChunk.size)
                let list = (chunk: lists[Int(other) / VectorChunk.size], row: Int(other) % VectorChunk.size)
                // A changed item finds its neighbours itself.
                guard likeness > list.chunk.bar(at: list.row), !changes.all.contains(other) else { continue }
                gained.append(Gained(item: other, neighbour: item.rawValue, likeness: likeness))
            }
        }
    }
}

import CFreshetKernels
import FreshetCore
import FreshetTensor

/// Which items are roughly near each other: every item belongs to the cell whose centre is nearest to it.
///
/// Of a long catalogue the neighbours of an item are looked for in the few cells nearest to it instead of everywhere (an
/// inverted file; Jégou, Douze and Schmid, "Product quantization for nearest neighbor search", 2011). With `4 √V` cells of
/// `V` items and ``probes`` of them looked through, an item is compared with `4 √V` others.
struct ItemCells: Sendable {
    /// How many cells are looked through for an item's neighbours.
    static let probes = 16
    /// The samples for each cell that its centre is found by.
    private static let samples = 32
    /// How often centres are moved to the middle of their samples.
    private static let rounds = 4
    /// The vectors that are compared with all centres at once.
    private static let block = 256

    /// How many items there were when the centres were found; with many more, others would serve better.
    let itemCount: Int
    private let width: Int
    /// Vectors of length 1, shape `[cells, width]`.
    private let centres: [Float]
    /// The items of each cell.
    private(set) var members: [[Int32]]
    /// The cell of each item; -1 for one of which nothing is known.
    private var cells: [Int32]

    /// Finds the centres of known items, and puts each into its cell.
    init(of vectors: ItemVectors, on pool: ThreadPool) {
        itemCount = vectors.itemCount
        width = vectors.width
        let known = (0..<itemCount).filter { vectors.isKnown(ItemIndex($0)) }
        let count = max(1, Int(4 * Double(known.count).squareRoot()))
        let step = max(1, known.count / (count * Self.samples))
        let sample = Self.rows(stride(from: 0, to: known.count, by: step).map { known[$0] }, of: vectors)
        centres = Self.centres(of: sample, count: count, width: width, on: pool)
        members = Array(repeating: [], count: centres.count / width)
        cells = Array(repeating: -1, count: itemCount)
        for start in stride(from: 0, to: known.count, by: 1 << 14) {
            let items = Array(known[start..<min(start + 1 << 14, known.count)])
            put(items.map { ItemIndex($0) }, Self.rows(items, of: vectors), on: pool)
        }
    }

    private static func rows(_ items: [Int], of vectors: ItemVectors) -> [Float] {
        items.flatMap { vectors.vector(of: ItemIndex($0)) }
    }

    /// Spherical k-means, from samples that are spread over the catalogue.
    private static func centres(of sample: [Float], count: Int, width: Int, on pool: ThreadPool) -> [Float] {
        let S = sample.count / width
        let K = min(count, S)
        var centres: [Float] = []
        for cell in 0..<K {
            let first = cell * S / K * width
            centres += sample[first..<first + width]
        }
        for _ in 0..<rounds {
            let nearest = nearest(1, to: sample, of: centres, width: width, on: pool)
            var sums = [Float](repeating: 0, count: K * width)
            for row in 0..<S {
                let cell = Int(nearest[row])
                for column in 0..<width { sums[cell * width + column] += sample[row * width + column] }
            }
            sums.withUnsafeMutableBufferPointer { sums in
                for cell in 0..<K {
                    let start = sums.baseAddress! + cell * width
                    let length = freshet_sum_of_squares(start, width).squareRoot()
                    // A centre that no sample is near stays where it was.
                    guard length > 0 else { continue }
                    freshet_scale(start, Float(1 / length), width)
                    for column in 0..<width { centres[cell * width + column] = start[column] }
                }
            }
        }
        return centres
    }

    /// The centres nearest to each of some vectors, the nearest first, shape `[rows, count]`.
    private static func nearest(
        _ count: Int,
        to rows: [Float],
        of centres: [Float],
        width: Int,
        on pool: ThreadPool
    ) -> [Int32] {
        let (R, K) = (rows.count / width, centres.count / width)
        var nearest = [Int32](repeating: 0, count: R * count)
        nearest.withUnsafeMutableBufferPointer { nearest in
            guard let target = nearest.baseAddress else { return }
            let workers = (0..<pool.threads).map { _ in
                UnsafeMutableBufferPointer<Float>.allocate(capacity: block * K + count)
            }
            defer { for worker in workers { worker.deallocate() } }
            rows.withUnsafeBufferPointer { rows in
                centres.withUnsafeBufferPointer { centres in
                    pool.forEachRange(R, grain: block) { range, worker in
                        let scores = workers[worker].baseAddress!
                        multiply(
                            MatrixView(rows.baseAddress! + range.lowerBound * width, range.count, width),
                            MatrixView(centres.baseAddress!, K, width).transposed,
                            into: MutableMatrixView(scores, range.count, K)
                        )
                        for (line, row) in range.enumerated() {
                            let (best, place) = (target + row * count, scores + line * K)
                            _ = freshet_top_k(best, scores + block * K, place, K, count)
                        }
                    }
                }
            }
        }
        return nearest
    }

    /// How many cells are looked through, of as many as there are.
    private var probes: Int { min(Self.probes, members.count) }

    /// The cells in which the neighbours of vectors are, shape `[rows, count]`.
    func cells(of numbers: [Float], on pool: ThreadPool) -> (cells: [Int32], count: Int) {
        (Self.nearest(probes, to: numbers, of: centres, width: width, on: pool), probes)
    }

    /// Puts items with these vectors, one after another, into their cells.
    mutating func put(_ items: [ItemIndex], _ numbers: [Float], on pool: ThreadPool) {
        let nearest = Self.nearest(1, to: numbers, of: centres, width: width, on: pool)
        for (item, cell) in zip(items, nearest) {
            while cells.count <= item.position { cells.append(-1) }
            members[Int(cell)].append(item.rawValue)
            cells[item.position] = cell
        }
    }

    /// Takes items out of their cells.
    mutating func remove(_ items: Set<Int32>) {
        for item in items where Int(item) < cells.count && cells[Int(item)] >= 0 {
            members[Int(cells[Int(item)])].removeAll { $0 == item }
            cells[Int(item)] = -1
        }
    }
}

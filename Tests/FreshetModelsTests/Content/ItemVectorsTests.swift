import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetModels

@Suite struct ItemVectorsTests {
    private let pool = ThreadPool(threads: 2)
    private let width = 8

    private func vectors(_ count: Int, seed: UInt64) -> [Float] {
        var random = RandomSource(seed: seed)
        var numbers: [Float] = []
        for _ in 0..<count {
            let vector = (0..<width).map { _ in random.normal() }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            numbers += vector.map { $0 / length }
        }
        return numbers
    }

    /// The neighbours by comparing every pair.
    private func isRight(_ vectors: ItemVectors, _ numbers: [Int: [Float]]) -> Bool {
        numbers.allSatisfy { item, vector in
            let cosines = numbers.filter { $0.key != item }
                .map { (item: $0.key, cosine: zip($0.value, vector).reduce(Float(0)) { $0 + $1.0 * $1.1 }) }
                .filter { $0.cosine > 0 }
                .sorted { $0.cosine > $1.cosine }
                .prefix(NeighbourChunk.length)
            let found = vectors.neighbours(of: ItemIndex(item))
            return found.count == cosines.count
                && zip(found, cosines).allSatisfy { abs($0.score - $1.cosine) < 1e-5 }
                && Set(found.map(\.item.position)).isSubset(of: Set(numbers.keys).subtracting([item]))
        }
    }

    @Test func findsTheNeighboursOfAllAtOnceAndOneByOne() {
        let count = 300
        let numbers = vectors(count, seed: 1)
        let items = (0..<count).map { ItemIndex($0) }
        let expected = Dictionary(
            uniqueKeysWithValues: (0..<count).map { ($0, Array(numbers[$0 * width..<($0 + 1) * width])) }
        )
        let empty = ItemVectors(encoder: "made", width: width)
        #expect(isRight(empty.replacing(items, with: numbers, on: pool), expected))
        var grown = empty.replacing(Array(items[..<270]), with: Array(numbers[..<(270 * width)]), on: pool)
        for item in 270..<count {
            grown = grown.replacing([ItemIndex(item)], with: expected[item]!, on: pool)
        }
        #expect(isRight(grown, expected))
    }

    /// A text that changes moves its item away from its old neighbours, and the old vectors stay as they were.
    @Test func aRenewedVectorLeavesItsOldNeighbours() throws {
        let numbers = vectors(300, seed: 2)
        let before = ItemVectors(encoder: "made", width: width)
            .replacing((0..<300).map { ItemIndex($0) }, with: numbers, on: pool)
        let old = before.vector(of: ItemIndex(7))
        let after = before.replacing([ItemIndex(7)], with: old.map { -$0 }, on: pool)
        #expect(before.vector(of: ItemIndex(7)) == old)
        let friend = try #require(before.neighbours(of: ItemIndex(7)).first).item
        #expect(before.neighbours(of: friend).contains { $0.item == ItemIndex(7) })
        #expect(!after.neighbours(of: friend).contains { $0.item == ItemIndex(7) })
        #expect(after.neighbours(of: ItemIndex(7)).allSatisfy { $0.score > 0 && $0.item != ItemIndex(7) })
        // Without a text nothing is known of it any more.
        let gone = after.replacing([ItemIndex(7)], with: [Float](repeating: 0, count: width), on: pool)
        #expect(!gone.isKnown(ItemIndex(7)) && gone.neighbours(of: ItemIndex(7)).isEmpty)
        #expect(
            (0..<300).allSatisfy { item in !gone.neighbours(of: ItemIndex(item)).contains { $0.item == ItemIndex(7) } }
        )
    }

    // MARK: A long catalogue

    /// Groups of ten or so around random centres, as items of a shop.
    private func groups(_ count: Int, seed: UInt64) -> [Float] {
        var random = RandomSource(seed: seed)
        let centres = vectors(count / 10, seed: seed + 1)
        return (0..<count).flatMap { _ -> [Float] in
            let centre = random.below(count / 10) * width
            let vector = (0..<width).map { centres[centre + $0] + 0.15 * random.normal() }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { $0 / length }
        }
    }

    /// The share of the ten nearest neighbours by comparing all that another way finds too.
    private func recall(_ found: ItemVectors, _ exact: ItemVectors) -> Double {
        let shares = (0..<exact.itemCount).map { item in
            let right = exact.neighbours(of: ItemIndex(item)).prefix(10).map(\.item)
            return Double(Set(right).intersection(found.neighbours(of: ItemIndex(item)).map(\.item)).count)
                / Double(max(right.count, 1))
        }
        return shares.reduce(0, +) / Double(shares.count)
    }

    @Test func aLongCatalogueFindsNearlyAllNeighboursInFewCells() {
        let (count, late) = (4_000, 200)
        let numbers = groups(count, seed: 5)
        let items = (0..<count).map { ItemIndex($0) }
        let exact = ItemVectors(encoder: "made", width: width).replacing(items, with: numbers, on: pool)
        let long = ItemVectors(encoder: "made", width: width, longCatalogue: 1_000)
        let atOnce = long.replacing(items, with: numbers, on: pool)
        #expect(recall(atOnce, exact) > 0.95)
        // Those that come later are found by those that were there, and find them.
        let first = count - late
        let grown = long.replacing(Array(items[..<first]), with: Array(numbers[..<(first * width)]), on: pool)
            .replacing(Array(items[first...]), with: Array(numbers[(first * width)...]), on: pool)
        #expect(recall(grown, exact) > 0.95)
        // The same whatever the number of threads.
        let alone = long.replacing(items, with: numbers, on: ThreadPool(threads: 1))
        #expect(items.allSatisfy { alone.neighbours(of: $0) == atOnce.neighbours(of: $0) })
    }

    @Test func inALongCatalogueARenewedVectorMovesToOtherNeighbours() throws {
        let numbers = groups(3_000, seed: 6)
        let long = ItemVectors(encoder: "made", width: width, longCatalogue: 1_000)
            .replacing((0..<3_000).map { ItemIndex($0) }, with: numbers, on: pool)
        let item = ItemIndex(7)
        let (old, there) = (try #require(long.neighbours(of: item).first).item, ItemIndex(2_000))
        let moved = long.replacing([item], with: long.vector(of: there), on: pool)
        #expect(moved.neighbours(of: item).first?.item == there)
        #expect(moved.neighbours(of: there).first?.item == item)
        #expect(!moved.neighbours(of: old).contains { $0.item == item })
        let gone = moved.replacing([item], with: [Float](repeating: 0, count: width), on: pool)
        #expect(!gone.neighbours(of: there).contains { $0.item == item } && gone.neighbours(of: item).isEmpty)
    }

    @Test func findsTheNearestToAVector() {
        let numbers = vectors(500, seed: 3)
        let known = ItemVectors(encoder: "made", width: width)
            .replacing((0..<500).map { ItemIndex($0) }, with: numbers, on: pool)
        let query = vectors(1, seed: 4)
        let cosines = (0..<500).map { item in
            (0..<width).reduce(Float(0)) { $0 + numbers[item * width + $1] * query[$1] }
        }
        let best = (0..<500).sorted { cosines[$0] > cosines[$1] }.filter { $0 % 3 != 0 && cosines[$0] > 0 }.prefix(9)
        let found = known.nearest(9, to: query) { $0.position % 3 != 0 }
        #expect(found.map(\.item.position) == Array(best))
    }
}

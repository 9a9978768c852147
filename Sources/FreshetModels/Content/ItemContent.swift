import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetTensor

/// A vector of what is said of each item: what a catalogue knows before anybody chose anything.
public struct ItemContent: Sendable {
    /// The name of the encoder.
    public let encoder: String
    /// The numbers of a vector.
    public let width: Int
    /// The vectors, shape `[V, width]`; an item of which nothing is said has zeros.
    public let vectors: [Float]
    /// Whether a ``ContentProjection`` has brought the vectors into a space: then they are taken as they are, so that items
    /// that come later can be put into the same space.
    public let isProjected: Bool

    /// Creates content from vectors.
    public init(encoder: String, width: Int, vectors: [Float], isProjected: Bool = false) {
        precondition(width > 0 && vectors.count % width == 0, "\(vectors.count) numbers in rows of \(width)")
        self.encoder = encoder
        self.width = width
        self.vectors = vectors
        self.isProjected = isProjected
    }

    /// Takes the vectors that a live engine has, for as many items as there are events of.
    public init(of vectors: ItemVectors, itemCount: Int) {
        var numbers = [Float](repeating: 0, count: itemCount * vectors.width)
        numbers.withUnsafeMutableBufferPointer { numbers in
            for item in 0..<min(itemCount, vectors.itemCount) {
                guard let vector = vectors.pointer(of: item) else { continue }
                (numbers.baseAddress! + item * vectors.width).update(from: vector, count: vectors.width)
            }
        }
        self.init(encoder: vectors.encoder, width: vectors.width, vectors: numbers, isProjected: true)
    }

    /// Reads the items of a catalogue.
    ///
    /// - Parameters:
    ///   - items: the items, by their number.
    ///   - encoder: what reads them; texts that several items share are read once.
    ///   - pool: the threads.
    ///   - report: called with the number of texts that are done, of all.
    public init(
        of items: [Item],
        by encoder: some ItemEncoder,
        on pool: ThreadPool,
        report: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) {
        var store = EncodedTexts(for: encoder)
        var vectors: [Float] = []
        vectors.reserveCapacity(items.count * encoder.width)
        for start in stride(from: 0, to: items.count, by: Self.batch) {
            let end = min(start + Self.batch, items.count)
            vectors += store.vectors(of: items[start..<end].map(ItemText.text), by: encoder, on: pool)
            report(end, items.count)
        }
        for (row, item) in items.enumerated() where ItemText.text(of: item).isEmpty {
            for place in row * encoder.width..<(row + 1) * encoder.width { vectors[place] = 0 }
        }
        self.init(encoder: encoder.name, width: encoder.width, vectors: vectors)
    }

    private static let batch = 2048

    /// How many items there are.
    public var itemCount: Int { vectors.count / width }

    /// Whether anything is known of an item.
    public func isKnown(_ item: Int) -> Bool { vectors[item * width..<(item + 1) * width].contains { $0 != 0 } }
}

import FreshetTensor

/// What ``ContentAnchors`` does in a training, in a stream: new items start where their words put them, and items stay near
/// it while the catalogue and what is said of it change.
///
/// Only rows that a step has changed are looked at. Needs no memory by item: anchors are read from the items' vectors.
struct StreamingAnchors {
    private let vectors: ItemVectors
    private let width: Int
    private let bound: Float

    /// Anchors of the items' vectors, or `nil` when the network was not trained near vectors of their encoder.
    ///
    /// - Parameters:
    ///   - vectors: what is said of the items.
    ///   - encoder: whose vectors the network's items were held near; `nil` where they were learned by events alone.
    ///   - configuration: the network's settings.
    init?(_ vectors: ItemVectors, encoder: String?, _ configuration: SequenceTransformer.Configuration) {
        guard vectors.encoder == encoder, configuration.contentBound > 0 else { return nil }
        (self.vectors, width, bound) = (vectors, configuration.channels, configuration.contentBound)
    }

    /// How many items are known, counting up to the highest of which something is said.
    var itemCount: Int { vectors.itemCount }

    /// Puts items where their content is.
    ///
    /// - Returns: those of which nothing is known, which stay where they are.
    func place(_ items: Range<Int>, in table: Parameter) -> [Int] {
        items.filter { item in
            guard let anchor = vectors.pointer(of: item), Self.isKnown(anchor, vectors.width) else { return true }
            ContentSpace.fit(anchor, vectors.width, into: table.pointer + item * width, width)
            return false
        }
    }

    /// Shortens own parts that have grown beyond their bound; what had no event has none.
    ///
    /// - Parameters:
    ///   - rows: those that have changed.
    ///   - table: the items' vectors in the network.
    ///   - isChosen: whether an item had an event.
    func hold(_ rows: some Sequence<Int32>, of table: Parameter, isChosen: (Int) -> Bool) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { fitted in
            let start = fitted.baseAddress!
            for row in rows {
                let item = Int(row)
                guard let anchor = vectors.pointer(of: item), Self.isKnown(anchor, vectors.width) else { continue }
                ContentSpace.fit(anchor, vectors.width, into: start, width)
                let bound = isChosen(item) ? bound : 0
                ContentAnchors.hold(table.pointer + item * width, near: start, within: bound, width)
            }
        }
    }

    private static func isKnown(_ vector: UnsafePointer<Float>, _ width: Int) -> Bool {
        (0..<width).contains { vector[$0] != 0 }
    }
}

import FreshetTensor

/// The keys and values of what a causal model has read, so that it reads every token once.
///
/// There is room for the longest text from the beginning: what was never written takes no memory.
final class KeyValueCache {
    /// How many tokens were read.
    private(set) var count = 0
    /// Whether what is read is kept, or seen in its pass only.
    var keeps = true
    /// How many tokens there is room for.
    let capacity: Int
    /// Numbers of a token in a layer, `2C`.
    private let columns: Int
    private let layers: [GrowingBuffer<Float>]

    init(for configuration: LanguageModelConfiguration) {
        let (capacity, columns) = (configuration.maximumLength, 2 * configuration.width)
        (self.capacity, self.columns) = (capacity, columns)
        layers = (0..<configuration.layers).map { _ in GrowingBuffer(count: capacity * columns) }
    }

    /// Forgets all but the first tokens.
    func rewind(to count: Int) {
        precondition(0...self.count ~= count, "\(count) of \(self.count) tokens")
        self.count = count
    }

    fileprivate func keysAndValues(of layer: Int) -> MatrixView { MatrixView(layers[layer].start, count, columns) }

    fileprivate func keep(_ keysAndValues: Tensor, of layer: Int) {
        guard keeps else { return }
        precondition(count + keysAndValues.rows <= capacity, "\(count) + \(keysAndValues.rows) tokens of \(capacity)")
        (layers[layer].start + count * columns).update(from: keysAndValues.values, count: keysAndValues.count)
    }

    /// Counts what all layers have kept of a pass.
    func finishPass(of tokens: Int) {
        if keeps { count += tokens }
    }
}

/// One layer's part of what was read.
struct LayerPast {
    let cache: KeyValueCache
    let layer: Int

    /// `[P, 2C]`.
    var keysAndValues: MatrixView { cache.keysAndValues(of: layer) }

    /// Takes what a pass has made.
    func keep(_ keysAndValues: Tensor) { cache.keep(keysAndValues, of: layer) }
}

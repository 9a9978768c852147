import FreshetNN
import FreshetTensor

/// The layers of an ``Autoencoder``.
struct AutoencoderNetwork: Sendable {
    static let outputBias = "output.bias"

    let parameters: ParameterSet
    /// How many items there are.
    let itemCount: Int
    /// The first layer, `[V + 1, W]`: a row an item, and as the last the bias, which every user has once.
    private let input: Parameter
    /// The layers around the latent one; `nil` for the denoising kind, in which the first layer is the latent one.
    private let middle: (mean: Linear, logVariance: Linear, decoder: Linear)?
    /// The items' vectors, `[V, W]`.
    let output: Parameter
    /// `[V]`.
    let bias: Parameter

    /// Builds the layers; without a seed their numbers are zero, to be copied into.
    init(_ configuration: Autoencoder.Configuration, itemCount: Int, seed: UInt64?) {
        var builder = NetworkBuilder(seed: seed)
        let width = configuration.kind == .variational ? configuration.hidden : configuration.latent
        input = builder.make("input", rows: itemCount + 1, columns: width, .glorot)
        middle =
            configuration.kind == .variational
            ? (
                Linear("mean", width, configuration.latent, in: &builder),
                Linear("logVariance", width, configuration.latent, in: &builder),
                Linear("decoder", configuration.latent, width, in: &builder)
            ) : nil
        output = builder.make("output", rows: itemCount, columns: width, .glorot)
        bias = builder.make(Self.outputBias, columns: itemCount, .constant(0))
        parameters = builder.set
        self.itemCount = itemCount
    }

    /// The vectors of what users want, `[B, W]`, and the latent distributions where there are any.
    func callAsFunction(
        _ choices: ChoiceBatch,
        on tape: Tape
    ) -> (states: Tensor, latent: (mean: Tensor, logVariance: Tensor)?) {
        let weights = tape.pool.take(choices.weights.count)
        weights.update(from: choices.weights, count: choices.weights.count)
        let sums = tape.weightedRows(
            input,
            rows: choices.rows.indices,
            weights: UnsafeBufferPointer(start: weights, count: choices.weights.count),
            offsets: choices.offsets
        )
        let hidden = tape.activate(sums, .tanh)
        guard let middle else { return (hidden, nil) }
        let mean = middle.mean(hidden, on: tape)
        // Nothing is drawn where nothing is learned.
        guard tape.isRecording else { return (tape.activate(middle.decoder(mean, on: tape), .tanh), nil) }
        let logVariance = middle.logVariance(hidden, on: tape)
        let latent = tape.gaussianDraw(mean, logVariance: logVariance)
        return (tape.activate(middle.decoder(latent, on: tape), .tanh), (mean, logVariance))
    }
}

/// What some users chose, as rows of length 1 of the catalogue, each with the bias behind it.
final class ChoiceBatch {
    let rows = IndexBuffer()
    private(set) var weights: [Float] = []
    private(set) var offsets = [0]

    /// Removes all users and keeps the memory.
    func removeAll() {
        rows.removeAll()
        weights.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        offsets.append(0)
    }

    /// Adds one item of the user to come.
    func add(_ item: Int32, weight: Float) {
        rows.append(item)
        weights.append(weight)
    }

    /// Closes a user: brings the items' weights to length 1, times a factor, and adds the bias.
    func end(itemCount: Int, factor: Float = 1) {
        let start = offsets[offsets.count - 1]
        let length = weights[start...].reduce(0) { $0 + $1 * $1 }.squareRoot()
        if length > 0 { for place in start..<weights.count { weights[place] *= factor / length } }
        add(Int32(itemCount), weight: 1)
        offsets.append(weights.count)
    }
}

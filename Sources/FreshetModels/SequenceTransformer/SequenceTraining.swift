import FreshetData
import FreshetNN
import FreshetTensor

/// A sequence transformer in training, and the step that changes it: of a data set that stands still (``SequenceTrainer``)
/// as of a stream (``SequenceUpdater``).
///
/// A step is ``accumulate(_:of:for:sampler:seed:step:)``, once or more, and ``update(rate:holding:)``. The workers share
/// the windows; their gradients are summed in a fixed order.
struct SequenceTraining {
    let network: SequenceNetwork
    let optimizer: AdamW
    /// The running average of the weights, which is what is served; `nil` to serve the weights themselves.
    let average: WeightAverage?
    let workers: [SequenceTrainingWorker]
    let pool: ThreadPool
    private let clipping: Float

    /// Takes a network as it is.
    init(
        _ network: SequenceNetwork,
        _ configuration: SequenceTransformer.Configuration,
        _ shape: SequenceTransformer.Shape,
        average: WeightAverage?,
        _ pool: ThreadPool
    ) {
        self.network = network
        self.average = average
        self.pool = pool
        clipping = configuration.gradientClipping
        optimizer = AdamW(network.parameters, beta2: configuration.beta2, weightDecay: configuration.weightDecay)
        workers = (0..<pool.threads).map { _ in SequenceTrainingWorker(network, configuration, shape) }
    }

    /// How many items the tables have room for.
    var rows: Int { network.itemTable.rows }

    /// Adds the gradients of some windows of some histories.
    ///
    /// - Parameters:
    ///   - windows: the windows.
    ///   - histories: the histories that they are of.
    ///   - objective: what a worker learns them for.
    ///   - sampler: draws negatives.
    ///   - seed: the seed of everything random.
    ///   - step: the step's number, which no other has.
    func accumulate(
        _ windows: ArraySlice<SequenceWindow>,
        of histories: Histories,
        for objective: (Int) -> SequenceTrainingWorker.Objective,
        sampler: NegativeSampler,
        seed: UInt64,
        step: Int
    ) {
        let shares = SequenceWindow.shares(of: windows, workers: workers.count)
        pool.forEachWorker { worker in
            workers[worker].accumulate(
                shares[worker],
                of: histories,
                for: objective(worker),
                sampler: sampler,
                seed: seed,
                step: step
            )
        }
    }

    /// The loss since the last call, summed over targets.
    func takeLoss() -> Double { workers.reduce(0) { $0 + $1.takeLoss() } }

    /// Changes the weights by the gradients that were added, and takes them into the average.
    ///
    /// - Parameters:
    ///   - rate: the learning rate.
    ///   - hold: brings the rows of the item table that have changed back to what they may be, before they are averaged;
    ///     `nil` stands for all rows.
    func update(rate: Float, holding hold: (_ table: Parameter, _ rows: [Int32]?) -> Void = { _, _ in }) {
        step(mergedGradients(), rate: rate, holding: hold)
    }

    /// The sum of the workers' gradients.
    func mergedGradients() -> Gradients {
        let gradients = workers.map(\.gradients)
        Gradients.merge(gradients, pool: pool)
        return gradients[0]
    }

    /// Changes the weights by merged gradients, and makes these zero again.
    func step(_ gradients: Gradients, rate: Float, holding hold: (_ table: Parameter, _ rows: [Int32]?) -> Void) {
        average?.willStep(gradients)
        let scale = gradients.clippingScale(to: clipping)
        optimizer.step(gradients, rate: rate, gradientScale: scale, pool: pool)
        let table = network.itemTable
        hold(table, table.layout == .rows ? gradients.rows(table).touched : nil)
        average?.didStep(gradients, pool: pool)
        for worker in workers { worker.gradients.reset() }
    }

    /// Copies what is served into another network's parameters.
    func copyServed(into other: ParameterSet) {
        if let average { average.copy(into: other) } else { other.assign(from: network.parameters) }
    }

    /// Makes room for more items, everything where it is, so that nothing is ever there twice.
    func enlarge(toRows rows: Int) {
        network.itemTable.grow(toRows: rows)
        optimizer.adaptToGrowth()
        average?.adaptToGrowth()
        for worker in workers { worker.adaptToGrowth() }
    }
}

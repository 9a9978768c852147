import FreshetCluster
import FreshetCore
import FreshetNN
import FreshetTensor

/// The ranks of a sequence transformer's training, as one of them sees them.
///
/// Every rank walks through the same batches and takes its share of each. Either all gradients are summed before each
/// step, which is then the same on every rank, or the ranks make steps of their own and meet from time to time
/// (``LocalSteps``). At the end of an epoch and before a checkpoint all have the same state.
final class SequenceTrainingRanks {
    /// What is counted of steps.
    struct Figures {
        /// Summed over targets.
        var loss = 0.0
        var targets = 0.0
        /// How many ranks were asked to stop.
        var cancelled = 0.0
        /// Seconds of training by the clock of rank 0.
        var seconds = 0.0

        mutating func add(_ other: Figures) {
            loss += other.loss
            targets += other.targets
        }
    }

    /// Steps after which the weights of the ranks are compared: what is summed alike stays alike, unless processors round
    /// differently.
    private static let stepsBetweenChecks = 100

    /// What all ranks knew when they last spoke.
    private(set) var agreed = Figures()
    private let collective: any Collective
    private let pool: ThreadPool
    private let parameters: ParameterSet
    private let exchange: GradientExchange
    private let local: LocalSteps?
    private let (localSteps, lateSteps): (Int, Int)
    /// What was counted here since the last meeting.
    private var pending = Figures()
    /// Since a meeting began.
    private var stepsSinceMeeting = 0
    private let mode: String

    /// Prepares the ranks; `nil` where there is one.
    init?(_ parallel: DataParallel, _ training: SequenceTraining) {
        guard parallel.collective.ranks > 1 else { return nil }
        (collective, pool, parameters) = (parallel.collective, training.pool, training.network.parameters)
        exchange = GradientExchange(parameters, over: collective, as: parallel.format)
        (localSteps, lateSteps) = (parallel.local.steps, parallel.local.lateSteps)
        local =
            localSteps > 1
            ? LocalSteps(parameters, over: collective, parallel.local, as: parallel.format) : nil
        mode = "\(parallel.format.name), \(parallel.local)"
    }

    /// Whether ranks make steps of their own.
    var isLocal: Bool { local != nil }

    /// This rank's share of a batch.
    func share(of batch: ArraySlice<SequenceWindow>) -> ArraySlice<SequenceWindow> {
        SequenceWindow.shares(of: batch, workers: collective.ranks)[collective.rank][...]
    }

    /// Checks that all ranks do the same thing.
    /// - Throws: ``FreshetError`` of kind `usage` when one has other data or options.
    func checkAgreement(on description: String) throws {
        let all = try collective.gather(Array("\(description), \(mode)".utf8))
            .map { String(decoding: $0, as: UTF8.self) }
        guard let other = all.indices.first(where: { all[$0] != all[0] }) else { return }
        throw FreshetError(
            .usage,
            "Rank \(other) trains something else than rank 0:\n\(all[other])\n\(all[0])",
            remedy: "Give every rank the same data and the same options."
        )
    }

    /// Gives every rank the checkpoint that rank 0 goes on from.
    func share(_ checkpoint: Checkpoint?) throws -> Checkpoint? { try collective.share(checkpoint) }

    /// Sums a step's gradients over the ranks, unless they make steps of their own.
    ///
    /// - Parameters:
    ///   - gradients: those of this rank's share, which become those of all.
    ///   - figures: what this rank counted.
    /// - Returns: what is known of all ranks by now.
    /// - Throws: ``FreshetError`` of kind `external` when a rank is lost.
    func sum(_ gradients: Gradients, _ figures: Figures) throws -> Figures {
        pending.add(figures)
        (pending.cancelled, pending.seconds) = (figures.cancelled, figures.seconds)
        return isLocal ? Figures() : know(try exchange(gradients, with: takePending()))
    }

    /// Meets the other ranks where it is time to.
    ///
    /// - Parameter step: how many steps were made in all.
    /// - Returns: what is newly known of all ranks.
    /// - Throws: ``FreshetError`` of kind `external` when a rank is lost, or its weights differ.
    func didStep(_ step: Int) throws -> Figures {
        guard let local else {
            if step % Self.stepsBetweenChecks == 0 || step == 1 {
                try collective.checkEqual(parameters, at: step)
            }
            return Figures()
        }
        stepsSinceMeeting += 1
        if stepsSinceMeeting == localSteps { begin(local, at: step) }
        return local.isMeeting && stepsSinceMeeting == lateSteps ? try end(local) : Figures()
    }

    /// Brings all ranks to one state: weights, moments and averages.
    func meet(_ training: SequenceTraining, at step: Int) throws -> Figures {
        guard let local else { return Figures() }
        var figures = local.isMeeting ? try end(local) : Figures()
        if stepsSinceMeeting > 0 {
            begin(local, at: step)
            figures.add(try end(local))
        }
        let moments = Checkpoint(arrays: try collective.average(training.optimizer.state()))
        try training.optimizer.restore(moments)
        // A running average is linear: the mean of the ranks' averages is the average of their means.
        if let average = training.average {
            let arrays = try collective.average(average.arrays(prefix: "average"))
            try average.restore(Checkpoint(arrays: arrays), prefix: "average", steps: step)
        }
        return figures
    }

    private func begin(_ local: LocalSteps, at step: Int) {
        local.begin(at: step, with: takePending())
        stepsSinceMeeting = 0
    }

    private func end(_ local: LocalSteps) throws -> Figures { know(try local.end()) }

    /// What was counted here since the ranks last spoke, as numbers to be summed.
    private func takePending() -> [Double] {
        defer { pending = Figures() }
        return [pending.loss, pending.targets, pending.cancelled, collective.isFirst ? pending.seconds : 0]
    }

    private func know(_ sums: [Double]) -> Figures {
        agreed = Figures(loss: sums[0], targets: sums[1], cancelled: sums[2], seconds: sums[3])
        return agreed
    }

    /// The places of the held-out items, of which each rank finds a part.
    func places(by scorer: any Scorer, on data: TrainingData) throws -> [Int] {
        let part = collective.part(of: data.validation.count, for: collective.rank)
        let own = LeaveOneOutValidation.ranks(of: data.validation[part], by: scorer, on: data, pool: pool)
        return try collective.gather(numbers: own.map(Int32.init)).joined().map(Int.init)
    }

    /// What a checkpoint has to hold beside the training's own state.
    var arrays: [String: StoredArray] { local?.arrays ?? [:] }

    /// Goes on from a checkpoint, whose weights the network has taken over.
    func restore(_ checkpoint: Checkpoint, seconds: Double) throws {
        agreed.seconds = seconds
        try local?.restore(checkpoint)
    }
}

import FreshetCore
import FreshetNN
import FreshetTensor

/// Ranks that make steps of their own and meet from time to time, for slow links: a meeting moves all to common weights.
///
/// After DiLoCo (Douillard and others, 2023): what a rank changed since the last meeting is averaged over the ranks and
/// taken as a gradient by an outer optimizer, descent with Nesterov's momentum. Without momentum and with rate 1 that is
/// the average of the weights (local SGD; Stich, ICLR 2019). Departs in that the ranks share the steps of one training
/// instead of making as many each.
///
/// A meeting may go on in the background while a rank makes further steps, a bounded number of them: what the others
/// changed comes that much later, on top of what was learned here meanwhile (delayed averaging; Zhu and others, NeurIPS
/// 2021). The bound is also the delay, so that the same ranks and seed still make the same bits.
public final class LocalSteps {
    /// How ranks meet.
    public struct Settings: Sendable, Equatable {
        /// Steps between two meetings; 1 makes no steps of one's own but sums every step's gradients.
        public var steps = 1
        /// The outer optimizer's rate; DiLoCo takes 0.7.
        public var rate: Float = 1
        /// The outer optimizer's momentum; DiLoCo takes 0.9.
        public var momentum: Float = 0
        /// Steps that a rank makes while a meeting goes on, fewer than ``steps``; with 0 it waits.
        public var lateSteps = 0

        /// One step, averaged.
        public init() {}

        /// Checks ranges.
        /// - Throws: ``FreshetError`` of kind `usage`.
        public func validate() throws {
            guard 1...1_000_000 ~= steps, rate > 0, rate <= 2, 0..<1 ~= momentum else {
                throw FreshetError(
                    .usage,
                    "\(steps) local steps with an outer rate of \(rate) and momentum of \(momentum) are out of range.",
                    remedy: "Steps are 1 or more, the rate in 0...2 and the momentum in 0..<1."
                )
            }
            guard 0..<steps ~= lateSteps else {
                throw FreshetError(
                    .usage,
                    "\(lateSteps) late steps with \(steps) local steps are out of range.",
                    remedy: "A meeting has to end before the next begins: give fewer late steps than local steps."
                )
            }
        }
    }

    /// What the ranks agree on at a meeting.
    fileprivate struct Agreement: Sendable {
        var weights: [Float]
        var velocity: [Float]
    }

    private struct Meeting {
        /// This rank's weights when it began.
        var start: [Float]
        var result: BackgroundResult<(Agreement, [Double])>
    }

    private let settings: Settings
    private let collective: any Collective
    private let parameters: [Parameter]
    private let sum: SumOverRanks
    /// As of the last meeting.
    private var common: Agreement
    private var meeting: Meeting?

    /// Begins at the present weights, which are the same on every rank.
    public init(
        _ set: ParameterSet,
        over collective: any Collective,
        _ settings: Settings,
        as format: WireFormat = .float32
    ) {
        self.settings = settings
        self.collective = collective
        parameters = set.parameters.filter { $0.layout != .frozen }
        sum = SumOverRanks(collective, as: format)
        let weights = parameters.flatMap { Array($0.values) }
        let velocity = [Float](repeating: 0, count: settings.momentum > 0 ? weights.count : 0)
        common = Agreement(weights: weights, velocity: velocity)
    }

    /// Whether a meeting goes on, during which nothing else may be asked of the collective.
    public var isMeeting: Bool { meeting != nil }

    /// Begins a meeting; the rank may go on with its steps.
    ///
    /// - Parameters:
    ///   - step: how many steps were made in all, for messages.
    ///   - figures: a few numbers to be summed over the ranks.
    public func begin(at step: Int, with figures: [Double] = []) {
        precondition(meeting == nil, "two meetings at once")
        let start = parameters.flatMap { Array($0.values) }
        let change = zip(common.weights, start).map { $0 - $1 }
        let result = BackgroundResult { [settings, collective, sum, common] in
            var change = change
            try sum(&change)
            var agreement = common
            agreement.step(along: change, share: 1 / Float(collective.ranks), settings)
            try collective.checkEqual(agreement.weights, at: step)
            var figures = figures
            try collective.sum(&figures)
            return (agreement, figures)
        }
        meeting = Meeting(start: start, result: result)
    }

    /// Ends a meeting: moves the weights by what it changed since it began.
    ///
    /// - Returns: the sums of the figures.
    /// - Throws: ``FreshetError`` of kind `external` when a rank is lost, or has come to other weights.
    public func end() throws -> [Double] {
        guard let meeting else { preconditionFailure("no meeting to end") }
        self.meeting = nil
        let (agreement, figures) = try meeting.result.take()
        common = agreement
        forEachWeight { place, weight in
            let (start, agreed) = (meeting.start[place], agreement.weights[place])
            // Where nothing happened meanwhile the ranks are equal again, to the last bit.
            weight.pointee = weight.pointee == start ? agreed : weight.pointee + (agreed - start)
        }
        return figures
    }

    private func forEachWeight(_ body: (_ place: Int, _ weight: UnsafeMutablePointer<Float>) -> Void) {
        var place = 0
        for parameter in parameters {
            for weight in 0..<parameter.count { body(place + weight, parameter.pointer + weight) }
            place += parameter.count
        }
    }

    /// The outer optimizer's state by name; the common weights are those of the network after a meeting.
    public var arrays: [String: StoredArray] {
        common.velocity.isEmpty ? [:] : [Self.name: StoredArray(common.velocity)]
    }

    /// Begins at the present weights, with the outer optimizer's state of a checkpoint where it has one.
    /// - Throws: ``FreshetError`` of kind `invalidData` when the state does not fit.
    public func restore(_ checkpoint: Checkpoint) throws {
        forEachWeight { common.weights[$0] = $1.pointee }
        let count = common.velocity.count
        guard count > 0, checkpoint.arrays[Self.name] != nil else { return }
        common.velocity = try checkpoint.numbers(Self.name, of: Float.self, shape: [count])
    }

    private static let name = "outer.velocity"
}

extension LocalSteps.Agreement {
    /// The outer optimizer's step along the change of all ranks together.
    fileprivate mutating func step(along change: [Float], share: Float, _ settings: LocalSteps.Settings) {
        for place in change.indices {
            var step = change[place] * share
            if settings.momentum > 0 {
                velocity[place] = settings.momentum * velocity[place] + step
                step += settings.momentum * velocity[place]
            }
            weights[place] -= settings.rate * step
        }
    }
}

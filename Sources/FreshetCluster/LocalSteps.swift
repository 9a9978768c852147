import FreshetCore
import FreshetNN
import FreshetTensor

/// Ranks that make steps of their own and meet from time to time, for slow links: a meeting moves all to common weights.
///
/// After DiLoCo (Douillard and others, 2023): what a rank changed since the last meeting is averaged over the ranks and
/// taken as a gradient by an outer optimizer, descent with Nesterov's momentum. Without momentum and with rate 1 that is
/// the average of the weights (local SGD; Stich, ICLR 2019). Departs in that the ranks share the steps of one training
/// instead of making as many each.
public final class LocalSteps {
    /// How ranks meet.
    public struct Settings: Sendable, Equatable {
        /// Steps between two meetings; 1 makes no steps of one's own but sums every step's gradients.
        public var steps = 1
        /// The outer optimizer's rate; DiLoCo takes 0.7.
        public var rate: Float = 1
        /// The outer optimizer's momentum; DiLoCo takes 0.9.
        public var momentum: Float = 0

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
        }
    }

    private let settings: Settings
    private let collective: any Collective
    private let parameters: [Parameter]
    private let sum: SumOverRanks
    /// The common weights of the last meeting.
    private var common: [Float]
    private var velocity: [Float]

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
        common = parameters.flatMap { Array($0.values) }
        velocity = Array(repeating: 0, count: settings.momentum > 0 ? common.count : 0)
    }

    /// Moves the weights of all ranks to common ones.
    /// - Throws: ``FreshetError`` of kind `external` when a rank is lost.
    public func meet() throws {
        var change = common
        forEachWeight { change[$0] -= $1.pointee }
        try sum(&change)
        let (share, momentum) = (1 / Float(collective.ranks), settings.momentum)
        for place in change.indices {
            var step = change[place] * share
            if momentum > 0 {
                velocity[place] = momentum * velocity[place] + step
                step += momentum * velocity[place]
            }
            common[place] -= settings.rate * step
        }
        forEachWeight { $1.pointee = common[$0] }
    }

    private func forEachWeight(_ body: (_ place: Int, _ weight: UnsafeMutablePointer<Float>) -> Void) {
        var place = 0
        for parameter in parameters {
            for weight in 0..<parameter.count { body(place + weight, parameter.pointer + weight) }
            place += parameter.count
        }
    }

    /// The outer optimizer's state by name; the common weights are those of the network after a meeting.
    public var arrays: [String: StoredArray] { velocity.isEmpty ? [:] : [Self.name: StoredArray(velocity)] }

    /// Begins at the present weights, with the outer optimizer's state of a checkpoint where it has one.
    /// - Throws: ``FreshetError`` of kind `invalidData` when the state does not fit.
    public func restore(_ checkpoint: Checkpoint) throws {
        forEachWeight { common[$0] = $1.pointee }
        guard !velocity.isEmpty, checkpoint.arrays[Self.name] != nil else { return }
        velocity = try checkpoint.numbers(Self.name, of: Float.self, shape: [velocity.count])
    }

    private static let name = "outer.velocity"
}

import FreshetCore

extension PublicationPolicy {
    /// Something to carry out.
    public enum Action: Sendable, Equatable {
        /// The learner's weights go live under this name.
        case publish(ModelVersion)
        /// The candidate goes live.
        case promote(ModelVersion)
        /// The candidate goes.
        case discard(ModelVersion)
        /// The last state known to be good goes live again.
        case rollBack(from: ModelVersion, to: ModelVersion)
        /// What is live is the last state known to be good.
        case markGood(ModelVersion)
        /// A full training begins.
        case retrain(reason: String)
        /// The learner starts again from the live weights.
        case restartLearner
        /// The number of events for which the learner puts weight on new ones.
        case emphasizeNew(events: Int)
    }

    /// What a step comes to: what to do, and what to keep of why.
    public struct Step: Sendable, Equatable {
        /// What to do, in this order.
        public var actions: [Action] = []
        /// The decisions with their evidence.
        public var decisions: [Decision] = []
    }

    /// What there is to know after a batch of events.
    public struct Observation: Sendable {
        /// The moment, in milliseconds since 1970.
        public var time: Int64
        /// The newest event processed.
        public var offset: Int64
        /// Whether the learner has learned events that the live weights have not.
        public var hasUpdate: Bool
        /// What the gate of micro-updates says.
        public var microUpdate: MicroUpdateGate
        /// The gate of the candidate, when there is one that competes.
        public var promotion: PromotionGate?
        /// The guard.
        public var rollback: RollbackGuard
        /// Drift that was seen in the batch.
        public var drift: [DriftMonitor.Signal]
        /// The live model's figures over the shortest window.
        public var figures: [String: Double]

        /// Creates an observation.
        public init(
            time: Int64,
            offset: Int64,
            hasUpdate: Bool,
            microUpdate: MicroUpdateGate,
            promotion: PromotionGate?,
            rollback: RollbackGuard,
            drift: [DriftMonitor.Signal] = [],
            figures: [String: Double] = [:]
        ) {
            self.time = time
            self.offset = offset
            self.hasUpdate = hasUpdate
            self.microUpdate = microUpdate
            self.promotion = promotion
            self.rollback = rollback
            self.drift = drift
            self.figures = figures
        }
    }
}

import FreshetCore
import FreshetNN
import FreshetTensor

extension SequenceTransformer {
    /// The settings of the flagship; the published models are points in this space (see ``presets``).
    public struct Configuration: TimedConfiguration {
        /// `C`, the width of every event's vector.
        public var channels = 64
        /// How many transformer blocks.
        public var blocks = 2
        /// `H`, a divisor of `channels`.
        public var heads = 2
        /// `T`, the longest run of events that the model sees at once.
        public var maximumLength = 200
        /// The layout of a block.
        public var blockStyle = TransformerBlock.Style.gated
        /// The width of the feed-forward layer over `channels`.
        public var feedForwardMultiplier = 2.0
        /// A learned vector for each place, counted from the newest event.
        public var absolutePositions = false
        /// How many distances have their own learned attention bias; 0 for none.
        public var relativePositions = 200
        /// A learned vector for the event's type, where the data have several.
        public var eventTypes = true
        /// A learned vector for whether the event likes or dislikes its item, where the data have dislikes; without it these
        /// are left out.
        public var opinions = true
        /// A learned vector for the time since the event before (on a logarithmic scale), where the data have times.
        public var timeGaps = true
        /// The rate at which embeddings and block outputs are dropped in training.
        public var dropout: Float = 0.2
        /// The rate at which attention weights are dropped in training.
        public var attentionDropout: Float = 0.2

        /// How long an item's own part may be beside what the catalogue says of it, which has length 1.
        ///
        /// With 0, and where the catalogue says nothing, items are learned by their events alone.
        public var contentBound: Float = 0.5
        /// How much of the spread along each axis of the content is divided out, 0 to 1.
        public var contentWhitening = 0.5

        /// What training minimises.
        public var loss = Loss.softmax
        /// Sampled items a position (binary cross-entropy) or a packed batch (sampled softmax).
        public var negatives = 1
        /// gSASRec's calibration `t` for binary cross-entropy; 0 is none.
        public var calibration: Float = 0
        /// The share of a target's mass that is spread over the catalogue (softmax only).
        public var labelSmoothing: Float = 0
        /// How many items are shown at once, to correct for what was shown with which chance; 0 does not.
        ///
        /// Top-K off-policy REINFORCE; needs propensities, and the softmax.
        public var slate = 0
        /// The largest weight that a target shown seldom has by that correction.
        public var importanceCap: Float = 10
        /// How much a teacher's ranking counts in place of the events, where there is a teacher; 0 to 1.
        public var distillation: Float = 0.5
        /// Which part of a history an epoch trains on.
        public var windows = Windows.all

        /// Users' windows a step.
        public var batchSize = 128
        /// Epochs at most.
        public var epochs = 100
        /// Epochs without a better validation NDCG@10 before training ends, but never fewer steps than ``averaging``
        /// remembers, 1 / (1 − averaging).
        public var patience = 10
        /// Minutes of training at most; 0 for no limit.
        public var minutes = 0.0
        /// The highest learning rate.
        public var learningRate: Float = 1e-3
        /// The shape of the learning rate after the warm-up.
        public var learningRateDecay = LearningRateSchedule.Decay.constant
        /// Steps in which the learning rate rises.
        public var warmUpSteps = 100
        /// AdamW's second decay rate.
        public var beta2: Float = 0.98
        /// AdamW's weight decay.
        public var weightDecay: Float = 0.01
        /// The largest norm of a step's gradient; 0 for no limit.
        public var gradientClipping: Float = 1
        /// The decay of the running average of the weights that is validated and served; 0 serves the weights themselves.
        public var averaging: Float = 0.999

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("channels", channels, in: 1...4096)
            try SettingRange.check("blocks", blocks, in: 0...64)
            try SettingRange.check("heads", heads, in: 1...channels)
            try SettingRange.check("maximumLength", maximumLength, in: 1...10_000)
            try SettingRange.check("relativePositions", relativePositions, in: 0...10_000)
            try SettingRange.check("feedForwardMultiplier", feedForwardMultiplier, in: 0.1...16)
            try SettingRange.check("dropout", dropout, in: 0...0.95)
            try SettingRange.check("attentionDropout", attentionDropout, in: 0...0.95)
            try SettingRange.check("contentBound", contentBound, in: 0...100)
            try SettingRange.check("contentWhitening", contentWhitening, in: 0...1)
            try SettingRange.check("negatives", negatives, in: 1...100_000)
            try SettingRange.check("calibration", calibration, in: 0...1)
            try SettingRange.check("labelSmoothing", labelSmoothing, in: 0...0.9)
            try SettingRange.check("slate", slate, in: 0...1000)
            try SettingRange.check("importanceCap", importanceCap, in: 0.01...1e6)
            try SettingRange.check("distillation", distillation, in: 0...1)
            try SettingRange.check("batchSize", batchSize, in: 1...65_536)
            try SettingRange.check("epochs", epochs, in: 1...100_000)
            try SettingRange.check("patience", patience, in: 1...100_000)
            try SettingRange.check("minutes", minutes, in: 0...100_000)
            try SettingRange.check("learningRate", learningRate, in: 1e-9...10)
            try SettingRange.check("warmUpSteps", warmUpSteps, in: 0...1_000_000)
            try SettingRange.check("beta2", beta2, in: 0...0.99999)
            try SettingRange.check("weightDecay", weightDecay, in: 0...10)
            try SettingRange.check("gradientClipping", gradientClipping, in: 0...1e6)
            try SettingRange.check("averaging", averaging, in: 0...0.999999)
            guard slate == 0 || loss == .softmax else {
                throw FreshetError(
                    .usage,
                    "slate = \(slate) goes with loss = softmax only, not with \(loss.rawValue).",
                    remedy: "Set loss=softmax, or slate=0."
                )
            }
            guard channels % heads == 0 else {
                throw FreshetError(.usage, "heads = \(heads) does not divide channels = \(channels).")
            }
        }
    }

    /// What training minimises.
    public enum Loss: String, Sendable, Codable, CaseIterable {
        /// Softmax cross-entropy over the whole catalogue.
        case softmax
        /// Softmax cross-entropy over sampled items, with the logQ correction.
        case sampledSoftmax
        /// Binary cross-entropy against sampled items, as the original SASRec and gSASRec.
        case binaryCrossEntropy
    }

    /// Which part of a history an epoch trains on.
    public enum Windows: String, Sendable, Codable, CaseIterable {
        /// The newest `maximumLength` events, as published models do.
        case last
        /// All events, cut into windows at a place that differs from epoch to epoch.
        case all
    }
}

import FreshetData
import FreshetNN

extension SequenceTransformer {
    /// The published models that the configuration covers, and sizes of our own recipe.
    public static var presets: [String: Configuration] {
        ["sasrec": sasrec, "gsasrec": gsasrec, "small": small, "base": base]
    }

    /// Our own recipe in the size that suits the data: `base` from 300,000 events on, `small` below.
    ///
    /// A small catalogue is scored whole in training; of a larger one a sample with the logQ correction takes a third
    /// less time and is as good. Smaller data get more epochs.
    public static func recommendedConfiguration(for data: TrainingData) -> Configuration {
        let events = max(1, data.histories.eventCount)
        var configuration = events < 300_000 ? small : base
        configuration.loss = data.itemCount < 2000 ? .softmax : .sampledSoftmax
        configuration.epochs = min(200, max(50, 10_000_000 / events))
        // Where an item has many events they say more of it than its words do.
        if events >= 25 * data.itemCount { configuration.contentBound = 0 }
        return configuration
    }

    private static var base: Configuration {
        var configuration = Configuration()
        configuration.channels = 128
        configuration.heads = 4
        configuration.dropout = 0.3
        configuration.loss = .sampledSoftmax
        configuration.negatives = 1024
        configuration.learningRate = 3e-3
        configuration.learningRateDecay = .cosine
        configuration.epochs = 50
        return configuration
    }

    private static var small: Configuration {
        var configuration = base
        configuration.channels = 64
        configuration.heads = 2
        configuration.dropout = 0.5
        configuration.learningRateDecay = .constant
        return configuration
    }

    /// SASRec as published: binary cross-entropy with one sampled negative, newest 200 events.
    private static var sasrec: Configuration {
        var configuration = Configuration()
        configuration.channels = 50
        configuration.heads = 1
        configuration.blockStyle = .original
        configuration.feedForwardMultiplier = 1
        configuration.absolutePositions = true
        configuration.relativePositions = 0
        configuration.eventTypes = false
        configuration.timeGaps = false
        configuration.opinions = false
        configuration.contentBound = 0
        configuration.loss = .binaryCrossEntropy
        configuration.windows = .last
        configuration.epochs = 200
        configuration.patience = 20
        configuration.warmUpSteps = 0
        configuration.weightDecay = 0
        configuration.gradientClipping = 0
        configuration.averaging = 0
        return configuration
    }

    /// gSASRec (Petrov and Macdonald, RecSys 2023): 256 negatives, calibrated with t = 0.75.
    private static var gsasrec: Configuration {
        var configuration = sasrec
        configuration.channels = 128
        configuration.dropout = 0.5
        configuration.attentionDropout = 0.5
        configuration.negatives = 256
        configuration.calibration = 0.75
        return configuration
    }
}

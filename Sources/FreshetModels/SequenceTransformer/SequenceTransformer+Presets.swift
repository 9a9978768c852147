extension SequenceTransformer {
    /// The published models that the configuration covers, and sizes of our own recipe.
    public static var presets: [String: Configuration] {
        ["sasrec": sasrec, "gsasrec": gsasrec]
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

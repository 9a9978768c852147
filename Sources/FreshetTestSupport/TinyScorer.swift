import FreshetModels
import FreshetTensor

/// An untrained transformer of 8 channels.
public func tinyScorer(
    items: Int,
    _ change: (inout SequenceTransformer.Configuration) -> Void = { _ in }
) -> any Scorer {
    var configuration = SequenceTransformer.Configuration()
    (configuration.channels, configuration.maximumLength, configuration.relativePositions) = (8, 6, 4)
    (configuration.dropout, configuration.attentionDropout) = (0, 0)
    (configuration.loss, configuration.negatives) = (.sampledSoftmax, 12)
    change(&configuration)
    return SequenceUpdater(
        configuration: configuration,
        itemCount: items,
        typeCount: 1,
        hasTimes: true,
        seed: 1,
        pool: ThreadPool(threads: 1)
    ).makeScorer()
}

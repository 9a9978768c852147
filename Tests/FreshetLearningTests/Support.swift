import Foundation
import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// A value written as JSON and read again.
func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
    try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
}

/// Whether a figure is there and what was worked out by hand.
func isClose(_ figure: Double?, _ expected: Double) -> Bool {
    figure.map { abs($0 - expected) < 1e-12 } ?? false
}

/// An untrained transformer of 8 channels.
func tinyScorer(
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

import FreshetCore
import FreshetNN

extension StreamingModels {
    private static let layout = "freshet-streaming-1"

    /// The state as named arrays.
    public func checkpoint() -> Checkpoint {
        var arrays = popularity.arrays("popularity").merging(coVisitation.arrays()) { first, _ in first }
        for group in PeerGroup.allCases {
            arrays.merge(peerPopularity[group.rawValue].arrays("popularity.\(group)")) { first, _ in first }
        }
        arrays.merge(opinions.arrays()) { first, _ in first }
        arrays["items.first"] = StoredArray(spans.map(\.first))
        arrays["items.last"] = StoredArray(spans.map(\.last))
        arrays["offset"] = StoredArray([offset])
        return Checkpoint(arrays: arrays, metadata: ["layout": Self.layout])
    }

    /// Restores the state of a checkpoint.
    ///
    /// - Parameters:
    ///   - checkpoint: what ``checkpoint()`` gave.
    ///   - configuration: the settings it was made with.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is not such a state, or is one of other settings.
    public init(from checkpoint: Checkpoint, configuration: Configuration = Configuration()) throws {
        guard checkpoint.metadata["layout"] == Self.layout else {
            throw FreshetError(.invalidData, "The checkpoint does not hold streaming models.")
        }
        self.init(configuration: configuration)
        popularity = try StreamingPopularity(
            from: checkpoint,
            "popularity",
            halfLives: configuration.halfLives,
            topCount: configuration.popularityTopCount
        )
        for group in PeerGroup.allCases {
            peerPopularity[group.rawValue] = try StreamingPopularity(
                from: checkpoint,
                "popularity.\(group)",
                halfLives: configuration.peerHalfLives,
                topCount: configuration.popularityTopCount
            )
        }
        coVisitation = try StreamingCoVisitation(from: checkpoint, configuration: configuration.coVisitation)
        opinions = try StreamingOpinions(from: checkpoint, configuration: configuration.opinions)
        let V = popularity.itemCount
        let first = try checkpoint.numbers("items.first", of: Int64.self, shape: [V])
        let last = try checkpoint.numbers("items.last", of: Int64.self, shape: [V])
        guard coVisitation.itemCount == V, zip(first, last).allSatisfy({ $0 <= $1 || ($0, $1) == (.max, .min) }) else {
            throw FreshetError(.invalidData, "The checkpoint's streaming models do not know the same items.")
        }
        spans = zip(first, last).map(Span.init)
        guard let offset = try checkpoint.numbers("offset", of: Int64.self, shape: [1]).first, offset >= 0 else {
            throw FreshetError(.invalidData, "The checkpoint's offset is below 0.")
        }
        self.offset = offset
    }
}

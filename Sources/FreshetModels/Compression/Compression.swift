import FreshetCore
import FreshetTensor

/// How a model is made smaller: by fewer bits a number, and by parts that are left out.
public struct Compression: Sendable, Equatable, Codable {
    /// How exact the products of a network's layers are.
    public enum LayerPrecision: String, Sendable, Codable, CaseIterable {
        /// Weights in bytes with a scale for each output, and what goes in rounded on the way.
        case int8
    }

    /// How many bits the numbers of the items' vectors have; floats unless given.
    public var rows: CompressedRows.Precision?
    /// How exact the network's layers are; floats unless given.
    public var layers: LayerPrecision?
    /// The share of the attention heads that goes.
    public var prunedHeads = 0.0
    /// The share of the feed-forward channels that goes.
    public var prunedChannels = 0.0
    /// How many blocks go.
    public var prunedBlocks = 0

    /// Chooses.
    public init(
        rows: CompressedRows.Precision? = nil,
        layers: LayerPrecision? = nil,
        prunedHeads: Double = 0,
        prunedChannels: Double = 0,
        prunedBlocks: Int = 0
    ) {
        self.rows = rows
        self.layers = layers
        self.prunedHeads = prunedHeads
        self.prunedChannels = prunedChannels
        self.prunedBlocks = prunedBlocks
    }

    /// Whether numbers have fewer bits.
    public var rounds: Bool { rows != nil || layers != nil }
    /// Whether parts are left out.
    public var prunes: Bool { prunedHeads > 0 || prunedChannels > 0 || prunedBlocks > 0 }

    /// What it does, in words.
    public var words: String {
        var parts = [rows.map { "\($0.rawValue) rows" }, layers.map { "\($0.rawValue) layers" }].compactMap(\.self)
        if prunedBlocks > 0 { parts.append("\(prunedBlocks) blocks less") }
        if prunedHeads > 0 { parts.append("\(Int((prunedHeads * 100).rounded()))% of the heads less") }
        if prunedChannels > 0 { parts.append("\(Int((prunedChannels * 100).rounded()))% of the channels less") }
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }
}

/// A scorer whose numbers can have fewer bits.
public protocol CompressibleScorer: Scorer {
    /// The scorer with fewer bits a number; what is not rounded is shared with it.
    func rounded(rows: CompressedRows.Precision?, layers: Compression.LayerPrecision?) -> any CompressedScorer
}

/// A scorer whose numbers have fewer bits: it serves, and cannot be trained as it is.
public protocol CompressedScorer: ItemVectorScorer {
    /// The scorer in floats, from what is left of its numbers: to go on learning from.
    func inFloats() -> any Scorer
}

extension Scorer {
    /// The scorer, in floats where it has fewer bits.
    var trainable: any Scorer { (self as? any CompressedScorer)?.inFloats() ?? self }
}

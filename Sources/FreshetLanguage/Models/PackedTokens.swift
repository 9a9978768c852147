import FreshetTensor

/// The tokens of several texts laid one after another without padding: the input of one forward pass.
public final class PackedTokens {
    let ids = IndexBuffer()
    let positions = IndexBuffer()
    let types = IndexBuffer()
    /// Where the texts' own tokens are, once vectors stand before each (``prompted(by:)``).
    let ownRows = IndexBuffer()
    /// Where each text begins, and the end.
    public private(set) var offsets = [0]
    private let configuration: LanguageModelConfiguration

    /// Creates an empty pass for a model.
    public init(for configuration: LanguageModelConfiguration) { self.configuration = configuration }

    /// How many tokens there are.
    public var count: Int { ids.count }

    /// Removes everything and keeps the memory.
    public func removeAll() {
        for buffer in [ids, positions, types] { buffer.removeAll() }
        offsets.removeAll(keepingCapacity: true)
        offsets.append(0)
    }

    /// Where each text begins, and the end, when so many vectors stand before each.
    func prompted(by count: Int) -> [Int] {
        ownRows.removeAll()
        for text in 0..<offsets.count - 1 {
            for row in offsets[text]..<offsets[text + 1] { ownRows.append(Int32(row + (text + 1) * count)) }
        }
        return offsets.enumerated().map { $1 + $0 * count }
    }

    /// Adds a text.
    ///
    /// - Parameters:
    ///   - tokens: its tokens, all within the model's vocabulary and no more than it has places.
    ///   - types: the type of each, all 0 unless given.
    ///   - first: the place of the first token: how many a causal model has read before.
    public func append(_ tokens: some Collection<Int32>, types: [Int32]? = nil, from first: Int = 0) {
        precondition(
            first + tokens.count <= configuration.maximumLength,
            "\(first) + \(tokens.count) tokens for \(configuration.maximumLength) places"
        )
        for (place, token) in tokens.enumerated() {
            precondition(0..<configuration.vocabulary ~= Int(token), "token \(token) of \(configuration.vocabulary)")
            ids.append(token)
            positions.append(Int32(configuration.firstPosition + first + place))
            self.types.append(types?[place] ?? 0)
        }
        offsets.append(ids.count)
    }
}

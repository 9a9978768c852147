/// External ids and their dense numbers, in the order in which they were first seen.
public struct IdentifierTable: Sendable, Equatable {
    /// The external id of every number.
    public private(set) var identifiers: [String]
    private var positions: [String: Int32]

    /// Creates a table of distinct ids.
    public init(_ identifiers: [String] = []) {
        self.identifiers = identifiers
        positions = Dictionary(zip(identifiers, 0...), uniquingKeysWith: { first, _ in first })
    }

    /// How many ids there are.
    public var count: Int { identifiers.count }

    /// The number of an id, or `nil` when it was never seen.
    public func position(of identifier: String) -> Int? {
        positions[identifier].map(Int.init)
    }

    /// The number of an id, which is added when it is new.
    public mutating func insert(_ identifier: String) -> Int {
        if let position = positions[identifier] { return Int(position) }
        let position = identifiers.count
        positions[identifier] = Int32(position)
        identifiers.append(identifier)
        return position
    }

    /// The external id of a number.
    public subscript(position: Int) -> String { identifiers[position] }
}

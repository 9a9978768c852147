/// The dense number of an item inside one data set or snapshot: `0 ..< V`.
///
/// External ids are strings and stay at the edges; everything inside counts in these.
public struct ItemIndex: RawRepresentable, Hashable, Comparable, Sendable, Codable, BitwiseCopyable {
    /// The number itself.
    public let rawValue: Int32

    /// Creates an index from its number.
    @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
    /// Creates an index from a position in an array of items.
    @inlinable public init(_ position: Int) { rawValue = Int32(position) }
    /// The index as a position in an array of items.
    @inlinable public var position: Int { Int(rawValue) }

    /// Orders by number.
    @inlinable public static func < (left: ItemIndex, right: ItemIndex) -> Bool { left.rawValue < right.rawValue }
}

/// The dense number of a user inside one data set or snapshot.
public struct UserIndex: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// The number itself.
    public let rawValue: Int32

    /// Creates an index from its number.
    @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }
    /// Creates an index from a position in an array of users.
    @inlinable public init(_ position: Int) { rawValue = Int32(position) }
    /// The index as a position in an array of users.
    @inlinable public var position: Int { Int(rawValue) }

    /// Orders by number.
    @inlinable public static func < (left: UserIndex, right: UserIndex) -> Bool { left.rawValue < right.rawValue }
}

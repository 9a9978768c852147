/// A number that stands for a session's id: what tells the sessions of one user apart.
///
/// 32 bits of a hash (FNV-1a): two sessions of one user have the same number once in four billion times.
public struct SessionTag: RawRepresentable, Hashable, Sendable {
    /// The number itself; 0 for none.
    public let rawValue: UInt32

    /// Creates a tag from its number.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Where no session is named.
    public static let none = SessionTag(rawValue: 0)

    /// The tag of a session's id.
    public init(of id: String) {
        var id = id
        self = id.withUTF8 { SessionTag(ofBytes: UnsafeRawBufferPointer($0)) }
    }

    /// The tag of the bytes of a session's id.
    package init(ofBytes bytes: UnsafeRawBufferPointer) {
        var hash: UInt32 = 0x811C_9DC5
        for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        rawValue = max(hash, 1)
    }

    /// Whether two events are of one session; `nil` where one of them names none.
    @inlinable public func isSame(as other: SessionTag) -> Bool? {
        self == .none || other == .none ? nil : self == other
    }
}

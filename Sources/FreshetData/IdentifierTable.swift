/// External ids and their dense numbers, in the order in which they were first seen.
///
/// The ids' bytes stand one after the other in one array, found through an open-addressing hash: no string is made per
/// lookup while millions of lines are read. Ids are equal when their bytes are.
public struct IdentifierTable: Sendable {
    private var bytes: [UInt8] = []
    /// Where each id ends in `bytes`; it begins where the one before ends.
    private var ends: [Int] = []
    /// Hash bits in the upper half, number + 1 in the lower; 0 is free.
    ///
    /// The count is a power of two.
    private var slots: [UInt64] = [UInt64](repeating: 0, count: 16)

    /// Creates a table of ids; repeated ones count once.
    public init(_ identifiers: some Sequence<String> = []) {
        for identifier in identifiers { _ = insert(identifier) }
    }

    /// How many ids there are.
    public var count: Int { ends.count }

    /// The number of an id, or `nil` when it was never seen.
    public func position(of identifier: String) -> Int? {
        var identifier = identifier
        return identifier.withUTF8 { find($0, hash: Self.hash($0)) }
    }

    /// The number of an id, which is added when it is new.
    public mutating func insert(_ identifier: String) -> Int {
        var identifier = identifier
        return identifier.withUTF8 { insert($0, hash: Self.hash($0)) }
    }

    /// The external id of a number.
    public subscript(position: Int) -> String {
        withBytes(at: position) { String(decoding: $0, as: UTF8.self) }
    }

    /// The external ids in the order of their numbers; each string is made when it is asked for.
    public var identifiers: Identifiers { Identifiers(table: self) }

    /// The ids of a table as a collection.
    public struct Identifiers: RandomAccessCollection, Sendable {
        fileprivate let table: IdentifierTable
        /// The number of the first id.
        public var startIndex: Int { 0 }
        /// One past the number of the last id.
        public var endIndex: Int { table.count }
        /// The external id of a number.
        public subscript(position: Int) -> String { table[position] }
    }
}

extension IdentifierTable: Equatable {
    /// Whether two tables hold the same ids in the same order.
    public static func == (left: IdentifierTable, right: IdentifierTable) -> Bool {
        left.ends == right.ends && left.bytes == right.bytes
    }
}

// MARK: Bytes

extension IdentifierTable {
    /// Calls `body` with the bytes of an id.
    package func withBytes<Result>(at position: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows
        -> Result
    {
        let range = (position == 0 ? 0 : ends[position - 1])..<ends[position]
        return try bytes.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    /// The number of an id, or `nil` when it was never seen; `hash` is ``hash(_:)`` of it.
    func find(_ identifier: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == hash >> 32 {
                let position = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
                if isEqual(at: position, to: identifier) { return position }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// The number of an id, which is added when it is new; `hash` is ``hash(_:)`` of it.
    mutating func insert(_ identifier: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int {
        if let position = find(identifier, hash: hash) { return position }
        precondition(ends.count < Int(Int32.max), "more than 2^31 ids")
        let position = ends.count
        bytes.append(contentsOf: identifier)
        ends.append(bytes.count)
        occupy(position, hash: hash)
        if ends.count * 2 > slots.count { grow() }
        return position
    }

    private func isEqual(at position: Int, to identifier: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = position == 0 ? 0 : ends[position - 1]
        guard ends[position] - start == identifier.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            for offset in 0..<identifier.count where bytes[start + offset] != identifier[offset] { return false }
            return true
        }
    }

    private mutating func occupy(_ position: Int, hash: UInt64) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = (hash >> 32) << 32 | UInt64(position + 1)
    }

    private mutating func grow() {
        slots = [UInt64](repeating: 0, count: slots.count * 2)
        for position in ends.indices {
            occupy(position, hash: withBytes(at: position, Self.hash))
        }
    }

    /// A hash of an id's bytes: eight at a time, mixed by a full 64-bit product (as wyhash does).
    static func hash(_ identifier: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let raw = UnsafeRawBufferPointer(identifier)
        var state = 0x9E37_79B9_7F4A_7C15 ^ UInt64(raw.count)
        var offset = 0
        while raw.count - offset >= 8 {
            state = mix(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0xA076_1D64_78BD_642F)
            offset += 8
        }
        var tail: UInt64 = 0
        while offset < raw.count {
            tail = tail << 8 | UInt64(raw[offset])
            offset += 1
        }
        return mix(state ^ tail, 0xE703_7ED1_A0B4_28DB)
    }

    private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}

extension IdentifierTable {
    /// The table of some of the ids, in their order; the same table when it is all of them.
    func selecting(_ positions: [Int]) -> IdentifierTable {
        guard positions.count < count else { return self }
        var table = IdentifierTable()
        for position in positions { withBytes(at: position) { _ = table.insert($0, hash: Self.hash($0)) } }
        return table
    }
}

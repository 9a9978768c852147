/// External ids and their dense numbers, in the order in which they were first seen.
///
/// The ids' bytes stand one after the other in one array, found through an open-addressing hash whose slots hold short
/// ids themselves: no string is made while millions of lines are read, and a lookup of an id of up to 11 bytes costs one
/// cache miss. Ids are equal when their bytes are.
public struct IdentifierTable: Sendable {
    private var bytes: [UInt8] = []
    /// Where each id ends in `bytes`; it begins where the one before ends.
    private var ends: [Int] = []
    /// A power of two of them, at most half of them in use.
    private var slots = [IdentifierSlot](repeating: .free, count: 16)

    /// Creates a table of ids; repeated ones count once.
    public init(_ identifiers: some Sequence<String> = []) {
        for identifier in identifiers { _ = insert(identifier) }
    }

    /// How many ids there are.
    public var count: Int { ends.count }

    /// The number of an id, or `nil` when it was never seen.
    public func position(of identifier: String) -> Int? {
        var identifier = identifier
        return identifier.withUTF8 { find(IdentifierProbe($0)) }
    }

    /// The number of an id, which is added when it is new.
    public mutating func insert(_ identifier: String) -> Int {
        var identifier = identifier
        return identifier.withUTF8 { insert(IdentifierProbe($0)) }
    }

    /// Gives a number another id, which must be new; the old one is unknown from then on.
    ///
    /// Costs a move of all ids behind it: for rare events, such as the erasure of a user.
    package mutating func rename(_ position: Int, to identifier: String) {
        precondition(self.position(of: identifier) == nil, "an id that is taken")
        vacate(position)
        let range = (position == 0 ? 0 : ends[position - 1])..<ends[position]
        bytes.replaceSubrange(range, with: identifier.utf8)
        let growth = identifier.utf8.count - range.count
        for later in position..<ends.count { ends[later] += growth }
        // Only the probe's key and hash are used outside the closure, not its bytes.
        occupy(position, withBytes(at: position) { IdentifierProbe($0) })
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
    package func withBytes<Result>(
        at position: Int,
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result {
        let range = (position == 0 ? 0 : ends[position - 1])..<ends[position]
        return try bytes.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    /// The number of an id, or `nil` when it was never seen.
    func find(_ probe: IdentifierProbe) -> Int? {
        slots.withUnsafeBufferPointer { slots in
            let mask = slots.count - 1
            var slot = Int(truncatingIfNeeded: probe.hash) & mask
            while !slots[slot].isFree {
                if slots[slot].holds(probe.key), probe.isShort || isEqual(at: slots[slot].position, to: probe.bytes) {
                    return slots[slot].position
                }
                slot = (slot + 1) & mask
            }
            return nil
        }
    }

    /// The number of an id, which is added when it is new.
    mutating func insert(_ probe: IdentifierProbe) -> Int {
        if let position = find(probe) { return position }
        precondition(ends.count < Int(Int32.max), "more than 2^31 ids")
        let position = ends.count
        bytes.append(contentsOf: probe.bytes)
        ends.append(bytes.count)
        occupy(position, probe)
        if ends.count * 2 > slots.count { grow() }
        return position
    }

    /// The table of some of the ids, in their order; the same table when it is all of them.
    func selecting(_ positions: [Int]) -> IdentifierTable {
        guard positions.count < count else { return self }
        var table = IdentifierTable()
        for position in positions { withBytes(at: position) { _ = table.insert(IdentifierProbe($0)) } }
        return table
    }

    private func isEqual(at position: Int, to identifier: UnsafeBufferPointer<UInt8>) -> Bool {
        withBytes(at: position) { bytes in
            guard bytes.count == identifier.count else { return false }
            for offset in 0..<bytes.count where bytes[offset] != identifier[offset] { return false }
            return true
        }
    }

    private mutating func occupy(_ position: Int, _ probe: IdentifierProbe) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: probe.hash) & mask
        while !slots[slot].isFree { slot = (slot + 1) & mask }
        slots[slot] = IdentifierSlot(probe.key, position: position)
    }

    /// Takes an id out of the hash, and moves those behind it up that would no longer be found (Knuth, The Art of
    /// Computer Programming, volume 3, 6.4, algorithm R).
    private mutating func vacate(_ position: Int) {
        let mask = slots.count - 1
        func home(_ position: Int) -> Int {
            Int(truncatingIfNeeded: withBytes(at: position) { IdentifierProbe($0).hash }) & mask
        }
        var hole = home(position)
        while slots[hole].position != position { hole = (hole + 1) & mask }
        var next = (hole + 1) & mask
        while !slots[next].isFree {
            if (next - home(slots[next].position)) & mask >= (next - hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = .free
    }

    private mutating func grow() {
        slots = [IdentifierSlot](repeating: .free, count: slots.count * 2)
        for position in ends.indices {
            // Only the probe's key and hash are used outside the closure, not its bytes.
            occupy(position, withBytes(at: position) { IdentifierProbe($0) })
        }
    }
}

/// Byte strings with numbers, found by walking from byte to byte.
///
/// The keys of a vocabulary: two of them that Unicode calls equivalent are different here, as they are in the vocabulary.
struct ByteTrie: Sendable {
    /// Where every walk begins.
    static let root: Int32 = 0

    /// The edges, `node << 8 | byte`, in open addressing; `-1` is a free place.
    private var edges: [Int64]
    private var children: [Int32]
    private var values: [Int32] = [-1]

    /// Creates an empty trie with room for about a number of edges.
    init(capacity: Int = 16) {
        let places = 1 << (Int.bitWidth - max(capacity * 2, 32).leadingZeroBitCount)
        edges = Array(repeating: -1, count: places)
        children = Array(repeating: -1, count: places)
    }

    /// The node that a byte leads to, or `-1`.
    func child(of node: Int32, _ byte: UInt8) -> Int32 { children[place(Int64(node) << 8 | Int64(byte))] }

    /// The number of the string that ends in a node, or `-1`.
    func value(at node: Int32) -> Int32 { values[Int(node)] }

    /// The number of a string, or `-1`.
    func value(of bytes: some Sequence<UInt8>) -> Int32 {
        let node = node(of: bytes)
        return node < 0 ? -1 : value(at: node)
    }

    /// The node where a string ends, whether or not it has a number; `-1` when no string begins with it.
    func node(of bytes: some Sequence<UInt8>) -> Int32 {
        var node = Self.root
        for byte in bytes {
            node = child(of: node, byte)
            if node < 0 { return -1 }
        }
        return node
    }

    /// The longest string that stands at the start of some bytes: its number and its length.
    func longestPrefix(of bytes: ArraySlice<UInt8>, from start: Int32 = root) -> (value: Int32, length: Int)? {
        var (node, longest) = (start, nil as (Int32, Int)?)
        for index in bytes.indices {
            node = child(of: node, bytes[index])
            if node < 0 { break }
            let value = value(at: node)
            if value >= 0 { longest = (value, index + 1 - bytes.startIndex) }
        }
        return longest
    }

    /// Adds a string; one that is there already keeps its number.
    /// - Returns: whether it was new.
    mutating func insert(_ bytes: some Sequence<UInt8>, _ value: Int32) -> Bool {
        var node = Self.root
        for byte in bytes {
            let next = child(of: node, byte)
            node = next >= 0 ? next : add(Int64(node) << 8 | Int64(byte))
        }
        guard values[Int(node)] < 0 else { return false }
        values[Int(node)] = value
        return true
    }

    /// All strings that have a number, in no order.
    func entries() -> [(bytes: [UInt8], value: Int32)] {
        var parents = [(node: Int32, byte: UInt8)](repeating: (0, 0), count: values.count)
        for (edge, child) in zip(edges, children) where edge >= 0 {
            parents[Int(child)] = (Int32(edge >> 8), UInt8(truncatingIfNeeded: edge))
        }
        return values.indices.filter { values[$0] >= 0 }.map { end in
            var bytes: [UInt8] = []
            var node = end
            while node != Int(Self.root) {
                bytes.append(parents[node].byte)
                node = Int(parents[node].node)
            }
            return (bytes.reversed(), values[end])
        }
    }

    private mutating func add(_ edge: Int64) -> Int32 {
        let node = Int32(values.count)
        values.append(-1)
        if values.count * 2 > edges.count { grow() }
        let place = place(edge)
        edges[place] = edge
        children[place] = node
        return node
    }

    private mutating func grow() {
        let (oldEdges, oldChildren) = (edges, children)
        edges = Array(repeating: -1, count: oldEdges.count * 2)
        children = Array(repeating: -1, count: oldEdges.count * 2)
        for (edge, child) in zip(oldEdges, oldChildren) where edge >= 0 {
            let place = place(edge)
            edges[place] = edge
            children[place] = child
        }
    }

    /// Where an edge is, or would be put.
    private func place(_ edge: Int64) -> Int {
        let hash = UInt64(bitPattern: edge) &* 0x9E37_79B9_7F4A_7C15
        var place = Int(hash >> UInt64(64 - edges.count.trailingZeroBitCount))
        while edges[place] >= 0 && edges[place] != edge { place = (place + 1) & (edges.count - 1) }
        return place
    }
}

/// Scratch memory of one worker: taken in order, given back all at once.
///
/// A step takes what it needs and ends with ``reset()``, so from the second step on no memory is allocated unless a
/// step is larger than every one before. ``allocations`` counts, and a test holds it still.
public final class BufferPool {
    /// How many times the pool had to ask the system for memory.
    public private(set) var allocations = 0

    /// How much memory the pool has, in bytes.
    public var byteCount: Int { chunks.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride } }

    private var chunks: [UnsafeMutableBufferPointer<Float>] = []
    private var chunk = 0
    private var used = 0
    private let minimumChunk: Int

    /// Creates an empty pool.
    /// - Parameter minimumChunk: how many numbers to ask the system for at once.
    public init(minimumChunk: Int = 1 << 20) {
        self.minimumChunk = minimumChunk
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// Memory for `count` numbers, aligned to 64 bytes, holding anything, valid until ``reset()``.
    public func take(_ count: Int) -> UnsafeMutablePointer<Float> {
        let rounded = (max(count, 1) + 15) & ~15
        while chunk < chunks.count, used + rounded > chunks[chunk].count {
            chunk += 1
            used = 0
        }
        if chunk == chunks.count {
            chunks.append(Self.allocate(max(rounded, minimumChunk)))
            allocations += 1
        }
        defer { used += rounded }
        return chunks[chunk].baseAddress! + used
    }

    /// A place to come back to.
    struct Mark {
        fileprivate let chunk: Int
        fileprivate let used: Int
    }

    /// The place up to which memory is taken.
    var mark: Mark { Mark(chunk: chunk, used: used) }

    /// Takes back what was taken since a mark.
    func rewind(to mark: Mark) { (chunk, used) = (mark.chunk, mark.used) }

    /// Takes everything back.
    public func reset() {
        chunk = 0
        used = 0
    }

    private static func allocate(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
        let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
        return raw.bindMemory(to: Float.self)
    }
}

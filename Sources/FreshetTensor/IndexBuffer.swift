/// A growable list of row numbers whose memory stays put while a tape holds a pointer into it.
public final class IndexBuffer {
    /// How many numbers there are.
    public private(set) var count = 0
    private var storage: UnsafeMutableBufferPointer<Int32>

    /// Creates an empty list.
    public init() {
        storage = .allocate(capacity: 1024)
    }

    deinit { storage.deallocate() }

    /// The numbers; valid until the next append or removal.
    public var indices: UnsafeBufferPointer<Int32> { UnsafeBufferPointer(rebasing: storage[..<count]) }

    /// Adds a number.
    public func append(_ index: Int32) {
        if count == storage.count { grow() }
        storage.initializeElement(at: count, to: index)
        count += 1
    }

    /// Removes all numbers and keeps the memory.
    public func removeAll() { count = 0 }

    private func grow() {
        let larger = UnsafeMutableBufferPointer<Int32>.allocate(capacity: 2 * storage.count)
        _ = larger.update(fromContentsOf: storage)
        storage.deallocate()
        storage = larger
    }
}

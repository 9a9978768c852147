import FreshetTensor

/// A list of plain numbers that keeps its memory when emptied.
///
/// Owned by one object, used by one thread at a time.
final class ScratchList<Element: BitwiseCopyable>: Sequence {
    private(set) var start: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int
    private let memory: GrowingBuffer<Element>

    init(capacity: Int = 64) {
        memory = GrowingBuffer(count: capacity)
        (start, self.capacity) = (memory.start, capacity)
    }

    /// How many bytes it takes.
    var memorySize: Int { capacity * MemoryLayout<Element>.stride }

    @inline(__always)
    subscript(index: Int) -> Element {
        get { start[index] }
        set { start[index] = newValue }
    }

    @inline(__always)
    func append(_ element: Element) {
        if count == capacity { reserve(2 * capacity) }
        start[count] = element
        count += 1
    }

    func removeAll() { count = 0 }

    /// Says that the first `count` elements were written through ``start``.
    func assume(count: Int) {
        precondition(count <= capacity, "\(count) elements of \(capacity)")
        self.count = count
    }

    /// Reserves room for a number of elements.
    func reserve(_ count: Int) {
        guard count > capacity else { return }
        memory.reserve(count)
        (start, capacity) = (memory.start, memory.capacity)
    }

    func makeIterator() -> UnsafeBufferPointer<Element>.Iterator {
        UnsafeBufferPointer(start: start, count: count).makeIterator()
    }
}

import CFreshetKernels

/// Plain numbers that lie one after another, begin as zeros and can become more.
///
/// Room grows by a quarter at a time, and what was never written takes no memory once a buffer is large (see
/// `freshet_memory.h`), so a table that grows row by row is hardly ever moved and never held twice.
///
/// `@unchecked Sendable`: the numbers are written by one owner, and by nobody once they are shared, as by a scorer.
public final class GrowingBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
    @usableFromInline private(set) var base: UnsafeMutablePointer<Element>
    /// The first number; another one after ``grow(to:)``.
    @inlinable public var start: UnsafeMutablePointer<Element> { base }
    /// How many numbers there are.
    public private(set) var count: Int
    /// How many there is room for.
    public private(set) var capacity: Int

    /// Creates a buffer of zeros.
    public init(count: Int = 0) {
        precondition(count >= 0, "a buffer of \(count) numbers")
        (self.count, capacity) = (count, count)
        base = Self.pointer(freshet_memory_take(Self.bytes(count)), count)
    }

    deinit { freshet_memory_give_back(base, Self.bytes(capacity)) }

    /// The numbers, valid until the buffer grows.
    public var numbers: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: base, count: count) }

    /// A buffer of its own with the same numbers.
    public func copy() -> GrowingBuffer {
        let copy = GrowingBuffer(count: count)
        copy.base.update(from: base, count: count)
        return copy
    }

    /// Appends zeros up to a length; a shorter length changes nothing.
    public func grow(to count: Int) {
        guard count > self.count else { return }
        reserve(count)
        self.count = count
    }

    /// Reserves room for a number of elements.
    public func reserve(_ count: Int) {
        guard count > capacity else { return }
        let room = max(count, capacity + capacity / 4)
        base = Self.pointer(freshet_memory_resize(base, Self.bytes(capacity), Self.bytes(room)), room)
        capacity = room
    }

    private static func bytes(_ count: Int) -> Int { count * MemoryLayout<Element>.stride }

    private static func pointer(_ memory: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutablePointer<Element> {
        guard let memory else { preconditionFailure("no memory for \(bytes(count)) bytes") }
        return memory.bindMemory(to: Element.self, capacity: count)
    }
}

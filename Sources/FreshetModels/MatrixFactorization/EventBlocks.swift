import FreshetCore
import FreshetData
import FreshetTensor

/// The events of an epoch in blocks of users by items, so that descent runs in parallel and gives the same result
/// whatever the number of threads.
///
/// Users and items are dealt anew into `count` groups each for every epoch. Blocks that share neither users nor items
/// are worked on at the same time (Gemulla, Nijkamp, Haas and Sismanis, "Large-scale matrix factorization with
/// distributed stochastic gradient descent", KDD 2011).
struct EventBlocks {
    /// How many groups of users and of items; no more threads than that have work.
    static let count = 16

    /// One event.
    struct Event {
        let user: Int32
        let item: Int32
        let value: Float
    }

    private let events: [Event]
    private let userCount: Int
    private let itemCount: Int
    private var ordered: [Event]

    init(_ events: [Event], userCount: Int, itemCount: Int) {
        self.events = events
        self.userCount = userCount
        self.itemCount = itemCount
        ordered = events
    }

    /// Runs one epoch.
    ///
    /// - Parameters:
    ///   - random: deals the groups.
    ///   - pool: the threads.
    ///   - work: learns from the events of a block, in random order, with the items of its group and a generator of its
    ///     own; returns the sum of their losses.
    /// - Returns: the sum of all losses.
    mutating func forEachBlock(
        _ random: inout RandomSource,
        _ pool: ThreadPool,
        _ work: (_ events: UnsafeBufferPointer<Event>, _ items: ArraySlice<Int32>, _ random: inout RandomSource) ->
            Double
    ) -> Double {
        let n = Self.count
        let users = Groups(dealing: userCount, &random)
        let items = Groups(dealing: itemCount, &random)
        var starts = [Int](repeating: 0, count: n * n + 1)
        for event in events { starts[users[event.user] * n + items[event.item] + 1] += 1 }
        for block in 0..<(n * n) { starts[block + 1] += starts[block] }
        var next = starts
        for event in events {
            let block = users[event.user] * n + items[event.item]
            ordered[next[block]] = event
            next[block] += 1
        }
        let seed = random.next()
        var losses = [Double](repeating: 0, count: n * n)
        ordered.withUnsafeMutableBufferPointer { ordered in
            losses.withUnsafeMutableBufferPointer { losses in
                for shift in 0..<n {
                    pool.forEach(n) { group, _ in
                        let block = group * n + (group + shift) % n
                        let range = starts[block]..<starts[block + 1]
                        guard !range.isEmpty else { return }
                        var random = RandomSource.stream(seed: seed, UInt64(block))
                        let events = UnsafeMutableBufferPointer(rebasing: ordered[range])
                        for last in stride(from: events.count - 1, to: 0, by: -1) {
                            events.swapAt(last, random.below(last + 1))
                        }
                        losses[block] = work(UnsafeBufferPointer(events), items.members((group + shift) % n), &random)
                    }
                }
            }
        }
        return losses.reduce(0, +)
    }
}

/// A random deal of numbers into groups of equal size.
private struct Groups {
    private let members: [Int32]
    private let bounds: [Int]
    private var groups: [UInt8]

    init(dealing count: Int, _ random: inout RandomSource) {
        var members = (0..<count).map(Int32.init)
        for last in stride(from: count - 1, to: 0, by: -1) { members.swapAt(last, random.below(last + 1)) }
        bounds = (0...EventBlocks.count).map { $0 * count / EventBlocks.count }
        groups = [UInt8](repeating: 0, count: count)
        for group in 0..<EventBlocks.count {
            for member in members[bounds[group]..<bounds[group + 1]] { groups[Int(member)] = UInt8(group) }
        }
        self.members = members
    }

    subscript(member: Int32) -> Int { Int(groups[Int(member)]) }
    func members(_ group: Int) -> ArraySlice<Int32> { members[bounds[group]..<bounds[group + 1]] }
}

import FreshetTensor
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
    @Test(arguments: [1, 2, 5]) func everyIndexRunsOnce(threads: Int) {
        let pool = ThreadPool(threads: threads)
        for count in [0, 1, 2, 7, 1000] {
            let sum = Atomic(0)
            let calls = Atomic(0)
            pool.forEach(count) { index, worker in
                precondition(worker < threads)
                sum.add(index, ordering: .relaxed)
                calls.add(1, ordering: .relaxed)
            }
            #expect(calls.load(ordering: .relaxed) == count)
            #expect(sum.load(ordering: .relaxed) == count * max(count - 1, 0) / 2)
        }
    }

    @Test(arguments: [1, 3]) func everyWorkerRunsOnce(threads: Int) {
        let pool = ThreadPool(threads: threads)
        for _ in 0..<200 {
            let mask = Atomic(0)
            pool.forEachWorker { worker in mask.bitwiseOr(1 << worker, ordering: .relaxed) }
            #expect(mask.load(ordering: .relaxed) == (1 << threads) - 1)
        }
    }

    @Test func rangesCoverWithoutOverlap() {
        let pool = ThreadPool(threads: 2)
        let total = Atomic(0)
        pool.forEachRange(1003, grain: 100) { range, _ in
            precondition(range.count <= 100)
            total.add(range.reduce(0, +), ordering: .relaxed)
        }
        #expect(total.load(ordering: .relaxed) == 1003 * 1002 / 2)
    }

    @Test func sameSeedSameNumbers() {
        var (a, b, c) = (RandomSource(seed: 3), RandomSource(seed: 3), RandomSource(seed: 4))
        let first = (0..<10).map { _ in a.next() }
        #expect(first == (0..<10).map { _ in b.next() })
        #expect(first != (0..<10).map { _ in c.next() })
        var random = RandomSource(seed: 1)
        let mean = (0..<10_000).reduce(0) { sum, _ in sum + Double(random.normal()) } / 10_000
        #expect(abs(mean) < 0.05)
        #expect((0..<1000).allSatisfy { _ in (0..<7).contains(random.below(7)) })
    }
}

import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor
import Testing

@Suite struct ReplayTests {
    private func event(_ number: Int, history: [Int], times: [Timestamp] = []) -> StreamEvent {
        StreamEvent(
            event: LoggedEvent(
                offset: Int64(number),
                user: UserIndex(number),
                item: ItemIndex(number),
                type: 0,
                time: 0
            ),
            history: History(items: history.map { ItemIndex($0) }[...], times: times[...]),
            isNewItem: false
        )
    }

    /// Of 200 events 20 are kept; over many seeds each as often as any other.
    @Test func reservoirIsEven() {
        var kept = [Int](repeating: 0, count: 200)
        for seed in 0..<300 {
            var buffer = ReplayBuffer(capacity: 20, contextLength: 2, seed: UInt64(seed))
            for number in 0..<200 { buffer.offer(event(number, history: [7, 8, 9])) }
            #expect(buffer.count == 20)
            for place in 0..<20 {
                let exemplar = buffer[place]
                #expect(exemplar.count == 3 && exemplar.items.first == ItemIndex(8))
                kept[exemplar.items[exemplar.items.endIndex - 1].position] += 1
            }
        }
        // Expected 30 each, standard deviation 5.2.
        #expect(kept.allSatisfy { (8...60).contains($0) })
        #expect(abs(kept[..<100].reduce(0, +) - 3_000) < 200)
    }

    @Test func exemplarGivesSeveralTargetsUntilThereAreEnough() {
        var buffer = ReplayBuffer(capacity: 5, contextLength: 8, seed: 1)
        buffer.offer(event(1, history: Array(2..<9)))
        var sequences = TrainingSequences()
        buffer.draw(10, targets: 4, into: &sequences)
        #expect(sequences.targets == 12 && sequences.count == 3)
        buffer.draw(10, targets: 100, into: &sequences)
        #expect(sequences.targets == 26 && sequences.count == 5)
        buffer.draw(0, targets: 4, into: &sequences)
        #expect(sequences.count == 5)
    }

    @Test func eventsWithoutAPastAreNotKept() {
        var buffer = ReplayBuffer(capacity: 5, contextLength: 2, seed: 1)
        buffer.offer(event(1, history: []))
        #expect(buffer.count == 0)
    }

    @Test func roundTripsThroughACheckpoint() throws {
        var first = ReplayBuffer(capacity: 6, contextLength: 3, seed: 1)
        for number in 0..<30 { first.offer(event(number, history: Array(0...(number % 5)))) }
        var second = ReplayBuffer(capacity: 6, contextLength: 3, seed: 9)
        try second.restore(Checkpoint(arrays: first.arrays()))
        for number in 30..<60 {
            first.offer(event(number, history: [1, 2]))
            second.offer(event(number, history: [1, 2]))
        }
        #expect((0..<6).allSatisfy { first[$0].items == second[$0].items })
        var small = ReplayBuffer(capacity: 2, contextLength: 3, seed: 9)
        #expect(throws: FreshetError.self) { try small.restore(Checkpoint(arrays: first.arrays())) }
    }

    /// A buffer of before times had milliseconds holds whole seconds: they are the same moments.
    @Test func readsWholeSeconds() throws {
        var first = ReplayBuffer(capacity: 2, contextLength: 3, seed: 1)
        first.offer(event(1, history: [7, 8], times: [5, 1_714_564_800]))
        var arrays = first.arrays()
        arrays["replay.milliseconds"] = nil
        arrays["replay.times"] = StoredArray([5, 1_714_564_800, 0, 0] as [Int64])
        var second = ReplayBuffer(capacity: 2, contextLength: 3, seed: 1)
        try second.restore(Checkpoint(arrays: arrays))
        #expect(second[0] == first[0] && second[0].times.prefix(2) == [5, 1_714_564_800])
    }
}

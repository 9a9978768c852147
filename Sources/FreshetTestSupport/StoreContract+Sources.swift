import FreshetCore
import FreshetData

extension StoreContract {
    func keepsSourcePositions(_ store: any EngineStore) async throws {
        let partitions = [("b", 0), ("a", 1), ("a", 0)].map { topic, number in
            SourcePartition(source: "shop", topic: topic, number: Int32(number))
        }
        let claimed = try await store.claim(partitions)
        try require(claimed.map(\.partition) == partitions, "claimed positions are \(claimed)")
        try require(claimed.allSatisfy { $0.next == nil }, "partitions that nobody read stand at \(claimed)")

        // Events and the positions of two partitions go in together, with a message that brought no event.
        let steps = [SourceStep(from: claimed[0], to: 7), SourceStep(from: claimed[2], to: 0)]
        let receipt = try await store.append([Event(user: "ann", item: "tea", time: 1)], moving: steps)
        try require(receipt.events.map(\.offset) == [1], "an append with steps brought \(receipt)")
        _ = try await store.append([], moving: [SourceStep(from: steps[0].end, to: 9)])
        let stand = try await store.positions(of: "shop").map { [Int64($0.partition.number), $0.next ?? -1] }
        try require(stand == [[0, 0], [1, -1], [0, 9]], "positions by topic and number are \(stand)")
        let others = try await store.positions(of: "sho")
        try require(others.isEmpty, "another source has the positions \(others)")

        // From elsewhere than where one of the partitions stands nothing is written: not of the others either.
        let late = [SourceStep(from: claimed[1], to: 1), SourceStep(from: steps[0].end, to: 10)]
        try await refuses(late, store, "from where the partition stood before")
        let back = SourceStep(from: SourcePosition(partition: partitions[0], epoch: claimed[0].epoch, next: 9), to: 8)
        try await refuses([back], store, "backwards")
        let never = SourcePosition(partition: SourcePartition(source: "x", topic: "y", number: 0), epoch: 1)
        try await refuses([SourceStep(from: never, to: 1)], store, "of nobody's partition")

        // Who takes a partition over goes on where the log is, and the one before is shut out.
        let again = try await store.claim([partitions[0]])
        try require(again.map(\.next) == [9] && again[0].epoch > claimed[0].epoch, "taken over at \(again)")
        let old = SourcePosition(partition: partitions[0], epoch: claimed[0].epoch, next: 9)
        try await refuses([SourceStep(from: old, to: 10)], store, "of a reader that lost the partition")
        _ = try await store.append([Event(user: "bob", item: "cup")], moving: [SourceStep(from: again[0], to: 12)])
        let end = try await store.positions(of: "shop").last
        try require(end?.next == 12 && store.newestOffset == 2, "the new reader came to \(String(describing: end))")
    }

    private func refuses(
        _ steps: [SourceStep],
        _ store: any EngineStore,
        _ words: String
    ) async throws {
        let (before, newest) = (try await store.positions(of: "shop"), store.newestOffset)
        do {
            _ = try await store.append([Event(user: "eve", item: "jar")], moving: steps)
            throw ContractViolation(description: "a step \(words) is taken")
        } catch is SourceTaken {}
        let after = try await store.positions(of: "shop")
        let isUnknown = store.vocabulary.user("eve") == nil
        try require(after == before && store.newestOffset == newest && isUnknown, "a step \(words) leaves something")
    }
}

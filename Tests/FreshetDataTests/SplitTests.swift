import FreshetCore
import FreshetData
import Testing

@Suite struct SplitTests {
    /// Users of three, one and two events.
    let dataset = Dataset(
        users: IdentifierTable(["a", "b", "c"]),
        items: IdentifierTable(["w", "x", "y", "z"]),
        histories: Histories(
            offsets: [0, 3, 4, 6],
            items: [0, 1, 2, 3, 2, 0].map { ItemIndex($0) },
            times: [10, 20, 30, 5, 15, 25]
        )
    )

    @Test func leavesLastOut() {
        let split = dataset.leavingLastOut()
        #expect(split.training.histories.offsets == [0, 2, 3, 4])
        #expect(split.training.histories.items.map(\.position) == [0, 1, 3, 2])
        #expect(split.training.histories.times == [10, 20, 5, 15])
        #expect(
            split.holdouts == [
                Holdout(user: UserIndex(0), item: ItemIndex(2)), Holdout(user: UserIndex(2), item: ItemIndex(0)),
            ]
        )
        #expect(split.training.items == dataset.items)
    }

    @Test func leavesLastTwoOut() {
        let split = dataset.leavingLastTwoOut()
        #expect(split.test.holdouts == dataset.leavingLastOut().holdouts)
        #expect(split.validation.holdouts == [Holdout(user: UserIndex(0), item: ItemIndex(1))])
        #expect(split.validation.training.histories.offsets == [0, 1, 2, 3])
    }

    @Test func splitsAtTime() throws {
        let split = try dataset.split(atTime: 20)
        #expect(split.training.histories.offsets == [0, 1, 2, 3])
        #expect(split.training.histories.times == [10, 5, 15])
        #expect(split.holdouts.map(\.user.position) == [0, 0, 2])
        #expect(split.holdouts.map(\.item.position) == [1, 2, 0])
    }

    @Test func needsTimesToSplitAtOne() {
        var untimed = dataset
        untimed.histories.times = []
        #expect(throws: FreshetError.self) { try untimed.split(atTime: 20) }
    }

    @Test func foldsHoldEveryUserOutOnce() throws {
        let folds = try dataset.userFolds(3, seed: 7)
        let heldOut = folds.flatMap { fold in
            (0..<3).filter { fold.training.histories[UserIndex($0)].count == 0 }
        }
        #expect(heldOut.sorted() == [0, 1, 2])
        for fold in folds {
            for holdout in fold.holdouts { #expect(fold.training.histories[holdout.user].count == 0) }
            #expect(fold.context.histories == dataset.leavingLastOut().training.histories)
        }
        #expect(folds.flatMap(\.holdouts).count == 2)
    }

    @Test(arguments: [-1, 1, 4]) func refusesFoldsThatDoNotFit(count: Int) {
        #expect(throws: FreshetError.self) { try dataset.userFolds(count, seed: 1) }
    }

    @Test func eventFoldsPartTheEvents() throws {
        let dataset = Dataset(
            users: IdentifierTable(["a", "b"]),
            items: IdentifierTable(["x", "y", "z"]),
            histories: Histories(
                offsets: [0, 4, 7],
                items: [0, 1, 2, 0, 2, 1, 1].map { ItemIndex($0) },
                values: [1, 2, 3, 4, 5, 6, 7]
            )
        )
        let folds = try dataset.eventFolds(3, seed: 4)
        #expect(folds.map(\.held.histories.eventCount).sorted() == [2, 2, 3])
        #expect(folds.flatMap(\.held.histories.values).sorted() == [1, 2, 3, 4, 5, 6, 7])
        for fold in folds {
            let learned = Set(fold.training.histories.values)
            #expect(learned.isDisjoint(with: fold.held.histories.values))
            #expect(learned.count + fold.held.histories.eventCount == 7)
        }
        #expect(try dataset.eventFolds(3, seed: 4).map(\.held.histories) == folds.map(\.held.histories))
        #expect(throws: FreshetError.self) { try dataset.eventFolds(8, seed: 1) }
    }
}

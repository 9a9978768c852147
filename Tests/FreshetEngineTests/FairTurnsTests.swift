import Dispatch
import Foundation
import Synchronization
import Testing

@testable import FreshetEngine

/// Learners of several engines share the processor by their weights, and none starves.
@Suite struct FairTurnsTests {
    /// Gives turns to members who all want the next as soon as one is over; what each has had.
    private static func share(_ weights: [Double], costs: [Double], turns count: Int) -> [Double] {
        var turns = FairTurns<Int>(places: 1)
        for (member, weight) in weights.enumerated() { turns.add(member, weight: weight) }
        for member in weights.indices { turns.ask(member) }
        var had = weights.map { _ in 0.0 }
        for _ in 0..<count {
            guard let member = turns.next() else { return had }
            // Asks again before the turn is over, as a learner that is behind does soon after.
            turns.finish(member, cost: costs[member])
            had[member] += costs[member]
            turns.ask(member)
        }
        return had
    }

    @Test func dearTurnsBringNoMoreTime() {
        let had = Self.share([1, 1, 2], costs: [10, 1, 3], turns: 2000)
        let parts = zip(had, [1.0, 1, 2]).map { $0 / $1 }
        #expect((parts.max() ?? 0) - (parts.min() ?? 0) <= 10 + 1, "\(had)")
        #expect(parts.allSatisfy { $0 > 500 }, "\(had)")
    }

    @Test func whatWasNotUsedIsNotSavedUp() {
        var turns = FairTurns<String>(places: 1)
        turns.add("busy", weight: 1)
        turns.add("late", weight: 1)
        for _ in 0..<1000 {
            turns.ask("busy")
            #expect(turns.next() == "busy")
            turns.finish("busy", cost: 1)
        }
        var order: [String] = []
        turns.ask("busy")
        turns.ask("late")
        for _ in 0..<8 {
            guard let member = turns.next() else { break }
            turns.finish(member, cost: 1)
            turns.ask(member)
            order.append(member)
        }
        #expect(order.filter { $0 == "busy" }.count == 4 && order.first == "late", "\(order)")
    }

    @Test func placesAreNeverMoreThanThereAre() {
        var turns = FairTurns<Int>(places: 2)
        #expect(turns.next() == nil)
        for member in 0..<4 { turns.add(member, weight: 1) }
        for member in 0..<4 { turns.ask(member) }
        turns.withdraw(1)
        #expect(turns.next() == 0 && turns.next() == 2 && turns.next() == nil)
        turns.finish(0, cost: 1)
        #expect(turns.next() == 3 && turns.next() == nil)
        turns.remove(2)
        turns.finish(2, cost: 1)
        turns.finish(3, cost: 1)
        #expect(turns.next() == nil)
    }

    /// A learner with work without end has one turn between two of another's, however dear.
    @Test func aBusyLearnerStarvesNoOther() throws {
        let spent = Mutex(0.0)
        let gate = TurnGate(places: 1) { spent.withLock { $0 } }
        gate.add(1, weight: 1)
        gate.add(2, weight: 1)
        let order = Mutex<[Int]>([])
        let isDone = Atomic(false)
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            while !isDone.load(ordering: .acquiring) {
                gate.take(1, until: { false }) {
                    // Until the other waits, so that who goes next does not hang on how fast threads are.
                    while !gate.isWaiting(2), !isDone.load(ordering: .acquiring) { usleep(100) }
                    order.withLock { $0.append(1) }
                    spent.withLock { $0 += 10 }
                }
            }
            ended.signal()
        }
        for _ in 0..<20 {
            gate.take(2, until: { false }) {
                order.withLock { $0.append(2) }
                spent.withLock { $0 += 1 }
            }
        }
        isDone.store(true, ordering: .releasing)
        ended.wait()
        let seen = order.withLock { $0 }
        let last = try #require(seen.lastIndex(of: 2))
        let pairs = zip(seen[..<last], seen[..<last].dropFirst())
        #expect(!pairs.contains { $0 == 1 && $1 == 1 }, "\(seen)")
    }

    /// Members ask for the next turn only when one is over, each from a thread of its own; how many turns each had.
    private static func turns(weights: [Double], costs: [Double], count: Int) -> [Int] {
        let spent = Mutex(0.0)
        // A place is kept for long, so that who goes next does not hang on how fast threads are.
        let gate = TurnGate(places: 1, patience: 60_000) { spent.withLock { $0 } }
        for (member, weight) in weights.enumerated() { gate.add(member, weight: weight) }
        let had = Mutex(weights.map { _ in 0 })
        let isDone = Atomic(false)
        let ended = DispatchSemaphore(value: 0)
        for member in weights.indices {
            let others = weights.indices.filter { $0 != member }
            Thread.detachNewThread {
                while !isDone.load(ordering: .acquiring) {
                    gate.take(member, until: { false }) {
                        while !others.allSatisfy({ gate.isWaiting($0) }), !isDone.load(ordering: .acquiring) {
                            usleep(100)
                        }
                        guard !isDone.load(ordering: .acquiring) else { return }
                        spent.withLock { $0 += costs[member] }
                        let total = had.withLock { had -> Int in
                            had[member] += 1
                            return had.reduce(0, +)
                        }
                        if total >= count { isDone.store(true, ordering: .releasing) }
                    }
                }
                gate.remove(member)
                ended.signal()
            }
        }
        for _ in weights { ended.wait() }
        return had.withLock { $0 }
    }

    @Test func whoIsDearHasFewerTurnsAtTheGate() {
        let had = Self.turns(weights: [1, 1], costs: [10, 1], count: 220)
        #expect(abs(had[0] - 20) <= 1 && abs(had[1] - 200) <= 10, "\(had)")
    }

    @Test func weightsBringTurnsAtTheGate() {
        let had = Self.turns(weights: [1, 3], costs: [1, 1], count: 200)
        #expect(abs(had[0] - 50) <= 2 && abs(had[1] - 150) <= 2, "\(had)")
    }

    @Test func aPlaceIsKeptForAMomentOnly() {
        let spent = Mutex(0.0)
        let gate = TurnGate(places: 1) { spent.withLock { $0 } }
        gate.add(1, weight: 1)
        gate.add(2, weight: 1)
        let ended = DispatchSemaphore(value: 0)
        let other = Thread {
            gate.take(2, until: { false }) {
                while !gate.isWaiting(1) { usleep(100) }
                spent.withLock { $0 += 100 }
            }
            gate.take(2, until: { false }) {}
            ended.signal()
        }
        gate.take(1, until: { false }) {
            other.start()
            while !gate.isWaiting(2) { usleep(100) }
            spent.withLock { $0 += 1 }
        }
        gate.take(1, until: { false }) {
            while !gate.isWaiting(2) { usleep(100) }
        }
        // The place is now the first's, who does not come again.
        ended.wait()
    }

    @Test func whoStopsWaitsNoMore() {
        let gate = TurnGate(places: 1)
        gate.add(1, weight: 1)
        gate.add(2, weight: 1)
        let result: Int?? = gate.take(1, until: { false }) { gate.take(2, until: { true }) { 1 } }
        #expect(result == .some(nil))
        #expect(gate.take(2, until: { false }) { 3 } == 3)
    }
}

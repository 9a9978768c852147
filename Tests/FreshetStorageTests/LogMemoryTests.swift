import FreshetCore
import Synchronization
import Testing

@testable import FreshetStorage

@Suite struct LogMemoryTests {
    /// A log is written to for years: telling of a commit may not cost more for every commit before.
    @Test func observerIsReachedByTheSameWayHoweverOften() {
        let memory = LogMemory()
        let places = Mutex<[UInt]>([])
        memory.setObserver { _ in
            var local = 0
            let place = withUnsafeMutablePointer(to: &local) { UInt(bitPattern: $0) }
            places.withLock { $0.append(place) }
        }
        for offset in 1...50 {
            var changes = LogChanges(memory)
            changes.append(
                LoggedEvent(offset: Int64(offset), user: UserIndex(0), item: ItemIndex(0), type: 0, time: 0)
            )
            memory.publish(changes)
        }
        let stack = places.withLock { $0 }
        #expect(stack.count == 50)
        #expect(Set(stack).count == 1, "calls between the log and its observer pile up: \(stack.prefix(3))")
    }
}

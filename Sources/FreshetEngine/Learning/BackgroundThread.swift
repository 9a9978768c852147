import Foundation

/// A thread of our own at a lower priority: learning must not take the cores from serving.
///
/// The threads that it starts, such as those of a `ThreadPool` made on it, inherit the priority.
enum BackgroundThread {
    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: its name, for people who look at the process.
    ///   - niceness: what is added to the process's niceness; without effect where threads have none of their own.
    ///   - body: what it does.
    static func start(named name: String, niceness: Int, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            lowerPriority(by: niceness)
            body()
        }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Lowers the priority of the calling thread.
    private static func lowerPriority(by niceness: Int) {
        #if os(Linux)
        // On Linux niceness belongs to threads, and process 0 is the calling one (man 2 setpriority, "C library/kernel
        // differences").
        let present = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, min(19, present + Int32(niceness)))
        #endif
    }
}

import Foundation
import Synchronization

/// Ctrl-C (and SIGTERM): the first asks the work to stop after its step, the second ends the process at once.
enum Interruption {
    private static let requests = Atomic<Int>(0)
    private static let notice: StaticString = "\nStopping after this step. Ctrl-C again ends at once.\n"

    /// Whether somebody asked to stop.
    static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

    /// Takes both signals over from here on.
    static func watch() {
        // Globals are made on first use, which must not happen inside the handler.
        _ = requests.load(ordering: .relaxed)
        _ = notice.utf8CodeUnitCount
        // Who started this process may have blocked them, as threads of Dispatch do, and that is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                // Only what a signal handler may call: an atomic add, write and _exit.
                let code = errno
                defer { errno = code }
                guard Interruption.requests.add(1, ordering: .relaxed).oldValue == 0 else { _exit(130) }
                _ = write(STDERR_FILENO, Interruption.notice.utf8Start, Interruption.notice.utf8CodeUnitCount)
            }
        }
    }
}

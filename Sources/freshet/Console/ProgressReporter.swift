import Foundation
import FreshetModels
import Synchronization

/// Shows how far the work is: a bar that redraws itself on a terminal, a plain line every few seconds elsewhere.
final class ProgressReporter: Sendable {
    private static let redrawSeconds = 0.1
    private static let lineSeconds = 5.0

    private struct State {
        var phase: String?
        var phaseBegan = 0.0
        var phaseStart = 0
        var lastShown: Double
        var isDrawn = false
        var epochs: [EpochRecord] = []
        var last: TrainingProgress?
    }

    private let title: String
    private let isQuiet: Bool
    private let isTerminal: Bool
    private let clock: @Sendable () -> Double
    private let write: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// Starts to watch.
    ///
    /// - Parameters:
    ///   - title: what is being worked on.
    ///   - isQuiet: whether nothing is shown.
    ///   - isTerminal: whether the output is a terminal that can redraw a line.
    ///   - clock: seconds, in any count that only grows.
    ///   - write: takes text, control characters and line ends included.
    init(
        title: String,
        isQuiet: Bool = false,
        isTerminal: Bool = ProgressReporter.isStandardErrorTerminal,
        clock: @escaping @Sendable () -> Double = ProgressReporter.now,
        write: @escaping @Sendable (String) -> Void = { FileHandle.standardError.write(Data($0.utf8)) }
    ) {
        self.title = title
        self.isQuiet = isQuiet
        self.isTerminal = isTerminal
        self.clock = clock
        self.write = write
        state = Mutex(State(lastShown: clock()))
    }

    /// The epochs that ended so far.
    var epochs: [EpochRecord] { state.withLock { $0.epochs } }

    /// Takes a new state of the work.
    func update(_ progress: TrainingProgress) {
        state.withLock { state in
            let now = clock()
            if let epoch = progress.finishedEpoch {
                // A resumed run tells its earlier epochs again.
                state.epochs.removeAll { $0.epoch == epoch.epoch }
                state.epochs.append(epoch)
            }
            if state.phase != progress.phase || progress.completed < state.last?.completed ?? 0 {
                state.phase = progress.phase
                state.phaseBegan = now
                state.phaseStart = progress.completed
            }
            state.last = progress
            guard !isQuiet, now - state.lastShown >= (isTerminal ? Self.redrawSeconds : Self.lineSeconds) else {
                return
            }
            state.lastShown = now
            let line = ProgressLine(
                title: title,
                progress: progress,
                elapsed: now - state.phaseBegan,
                start: state.phaseStart
            )
            write(isTerminal ? "\r\u{1B}[K" + line.bar(width: Self.terminalWidth) : line.plain + "\n")
            state.isDrawn = isTerminal
        }
    }

    /// Takes the bar away, so that other lines can follow.
    func finish() {
        state.withLock { state in
            if state.isDrawn { write("\r\u{1B}[K") }
            state.isDrawn = false
        }
    }

    /// Seconds of a clock that only grows.
    static let now: @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime }

    /// Whether standard error is a terminal that understands control characters.
    static var isStandardErrorTerminal: Bool {
        isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    private static var terminalWidth: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

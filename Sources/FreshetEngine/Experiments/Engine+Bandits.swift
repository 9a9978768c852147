import FreshetCore
import FreshetExperiments
import Logging

/// Bandits: experiments that give more users to what does better.
extension Engine {
    /// Lets a bandit's next window begin when its time has come, until the task is cancelled.
    func allocateRegularly() async {
        // Of several engines with one store, one finds the shares.
        guard role.learns else { return }
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .seconds(1))
                try await allocate(at: clock.milliseconds)
            } catch is CancellationError {
                return
            } catch let error {
                // The shares stand still until the store takes it.
                logger.debug("a bandit's window waits", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Lets the windows begin that are due, by the clock: whether or not anybody asks, and where several have passed while
    /// nothing ran, the one at hand.
    ///
    /// A window waits until what was done before it is read, as after a start.
    /// - Throws: ``FreshetError`` of kind `external` when that cannot be kept; then the shares are those of before.
    func allocate(at now: Int64) async throws {
        let due = experimentBook.all.filter { $0.windowDue(at: now) != nil && experimentBook.serves($0.id) }
        for id in due.map(\.id) {
            try await experimentBook.turn.run {
                // It may have ended meanwhile.
                guard var served = experimentBook.experiment(id), let bandit = served.bandit,
                    let next = served.windowDue(at: now),
                    let allocation = feedback.allocation(of: id, in: next)
                else { return }
                let window = BanditWindow(
                    number: next.number,
                    started: next.started,
                    shares: allocation.arms.map(\.share)
                )
                served.windows = served.windows.filter { $0.number >= next.number - bandit.windows } + [window]
                try await experimentBook.update(served)
                feedback.follow(changesOf: served)
            }
        }
    }
}

extension ServedExperiment {
    /// The number and the beginning of the window that a bandit is in by the clock, where it has not begun; a window begins
    /// a whole number of windows after the first.
    fileprivate func windowDue(at now: Int64) -> (number: Int, started: Int64)? {
        guard state == .running, let bandit, let window = windows.last else { return nil }
        let length = max(Int64(bandit.windowHours * 3_600_000), 1)
        let passed = (now - window.started) / length
        return passed > 0 ? (window.number + Int(passed), window.started + passed * length) : nil
    }
}

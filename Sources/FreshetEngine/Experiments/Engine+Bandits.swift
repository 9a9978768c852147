import FreshetCore
import FreshetExperiments
import Logging

/// Bandits: experiments that give more users to what does better.
extension Engine {
    /// Lets a bandit's next window begin when its time has come, until the task is cancelled.
    func allocateRegularly() async {
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

    /// Lets the windows begin that are due.
    /// - Throws: ``FreshetError`` of kind `external` when that cannot be kept; then the shares are those of before.
    func allocate(at now: Int64) async throws {
        for id in experimentBook.all.filter({ $0.isDue(at: now) }).map(\.id) {
            try await experimentBook.turn.run {
                // It may have ended meanwhile.
                guard var served = experimentBook.experiment(id), served.isDue(at: now), let bandit = served.bandit,
                    let allocation = feedback.allocation(of: id)
                else { return }
                let window = BanditWindow(
                    number: (served.windows.last?.number ?? -1) + 1,
                    started: now,
                    shares: allocation.arms.map(\.share)
                )
                served.windows = served.windows.suffix(bandit.windows) + [window]
                try await experimentBook.update(served)
                feedback.followWindows(of: served)
            }
        }
    }
}

extension ServedExperiment {
    /// Whether a bandit's window at hand is over.
    fileprivate func isDue(at now: Int64) -> Bool {
        guard state == .running, let bandit, let window = windows.last else { return false }
        return Double(now - window.started) >= bandit.windowHours * 3_600_000
    }
}

import Synchronization

/// How long the oldest event that was not learned yet has waited.
///
/// Keeps the time of one commit in every tenth of a second; with hours of lag, of fewer.
final class LagMeter: Sendable {
    private static let limit = 20_000

    private struct Mark {
        /// The newest event of the commit.
        var offset: Int64
        var time: Int64
    }

    private struct State {
        var marks: [Mark] = []
        /// Marks before this place have been learned.
        var first = 0
        /// Milliseconds between two marks at least.
        var spacing: Int64 = 100
    }

    private let state = Mutex(State())

    /// Says that a commit brought the log to an offset.
    func committed(_ offset: Int64, at time: Int64) {
        state.withLock { state in
            if let last = state.marks.last, state.first < state.marks.count, time - last.time < state.spacing {
                // The later events of a tenth of a second count as early as its first.
                state.marks[state.marks.count - 1].offset = max(last.offset, offset)
                return
            }
            state.marks.append(Mark(offset: offset, time: time))
            guard state.marks.count > Self.limit else { return }
            state.marks = stride(from: state.first, to: state.marks.count, by: 2).map { place in
                let next = min(place + 1, state.marks.count - 1)
                return Mark(offset: state.marks[next].offset, time: state.marks[place].time)
            }
            state.first = 0
            state.spacing *= 2
        }
    }

    /// Seconds that the oldest event after an offset has waited; 0 when there is none.
    func seconds(after learned: Int64, now: Int64) -> Double {
        state.withLock { state in
            while state.first < state.marks.count, state.marks[state.first].offset <= learned { state.first += 1 }
            guard state.first < state.marks.count else {
                state = State()
                return 0
            }
            return Double(max(0, now - state.marks[state.first].time)) / 1000
        }
    }
}

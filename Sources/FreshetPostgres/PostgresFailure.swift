#if PostgreSQL
import FreshetCore

/// What PostgreSQL, or the way to it, said.
struct PostgresFailure: Error {
    /// What can be done about it.
    enum Class: Equatable {
        /// The transaction met another: the same one again is likely to pass.
        case again
        /// The connection is gone, or the server is stopping, starting or read by a fail-over: a new connection, soon.
        case reconnect
        /// Nothing that trying again would change.
        case lasting
    }

    /// The five letters of the state; empty where the server said none.
    let state: String
    /// The words.
    let words: String
    /// What can be done.
    let kind: Class

    init(state: String, words: String, isConnected: Bool) {
        self.state = state
        self.words = words.split(whereSeparator: \.isNewline).joined(separator: " ")
        switch state {
        case "40001", "40P01", "55P03":
            kind = isConnected ? .again : .reconnect
        // The server is full or goes down or comes up; or another took over and this one only reads.
        case "53300", "57P01", "57P02", "57P03", "25006":
            kind = .reconnect
        default:
            // What libpq says by itself has no state; inside of COPY it notices only later that nobody is there any more.
            kind = !isConnected || state.isEmpty || state.hasPrefix("08") ? .reconnect : .lasting
        }
    }
}

extension FreshetError {
    /// The answer to whatever is asked of a store that was closed.
    static var closed: FreshetError {
        FreshetError(.external, "The store is closed: Freshet is shutting down.")
    }

    /// The error for a failure of PostgreSQL, with what may help.
    init(_ failure: PostgresFailure) {
        switch failure.state {
        case "53100", "53200":
            self.init(
                .external,
                "PostgreSQL has no more room: \(failure.words)",
                remedy: "Free some space; nothing that was acknowledged is lost, and what was not can be sent again."
            )
        case "28000", "28P01", "3D000", "42501":
            self.init(
                .external,
                "PostgreSQL refuses: \(failure.words)",
                remedy: "Look at the address's user, password and database, and at what that user may do."
            )
        case "XX001", "XX002":
            self.init(.invalidData, "PostgreSQL's data is damaged: \(failure.words)", remedy: "Restore a backup of it.")
        default:
            let isAway = failure.kind == .reconnect
            self.init(
                .external,
                isAway ? "PostgreSQL cannot be reached: \(failure.words)" : "PostgreSQL failed: \(failure.words)",
                remedy: isAway
                    ? "Start it, or mend the way to it; nothing that was acknowledged is lost." : nil
            )
        }
    }
}
#endif

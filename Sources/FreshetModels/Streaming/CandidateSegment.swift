/// The kinds of situation that have fusion weights of their own.
public enum CandidateSegment: Int, CaseIterable, Sendable, Codable {
    /// Nothing is known of the user.
    case noHistory
    /// A short history whose session still runs, without a transformer.
    case shortInSession
    /// A longer history whose session still runs, without a transformer.
    case longInSession
    /// A short history at the start of a session, without a transformer.
    case shortReturning
    /// A longer history at the start of a session, without a transformer.
    case longReturning
    /// A short history whose session still runs, with a transformer.
    case shortInSessionWithTransformer
    /// A longer history whose session still runs, with a transformer.
    case longInSessionWithTransformer
    /// A short history at the start of a session, with a transformer.
    case shortReturningWithTransformer
    /// A longer history at the start of a session, with a transformer.
    case longReturningWithTransformer

    /// Up to how many events a history is short.
    static let shortHistory = 5

    init(historyLength: Int, isReturning: Bool, hasTransformer: Bool) {
        guard historyLength > 0 else {
            self = .noHistory
            return
        }
        switch (historyLength > Self.shortHistory, isReturning) {
        case (false, false): self = hasTransformer ? .shortInSessionWithTransformer : .shortInSession
        case (true, false): self = hasTransformer ? .longInSessionWithTransformer : .longInSession
        case (false, true): self = hasTransformer ? .shortReturningWithTransformer : .shortReturning
        case (true, true): self = hasTransformer ? .longReturningWithTransformer : .longReturning
        }
    }

    /// For a situation with a transformer, the same without; else `nil`.
    var withoutTransformer: CandidateSegment? {
        switch self {
        case .shortInSessionWithTransformer: .shortInSession
        case .longInSessionWithTransformer: .longInSession
        case .shortReturningWithTransformer: .shortReturning
        case .longReturningWithTransformer: .longReturning
        case .noHistory, .shortInSession, .longInSession, .shortReturning, .longReturning: nil
        }
    }
}

import FreshetEngine

/// What the engine throws when too much waits.
enum EngineBusyError {
    static func make(seconds: Int) -> any Error { EngineBusy(retryAfter: seconds) }
}

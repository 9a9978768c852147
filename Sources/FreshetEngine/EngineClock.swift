import Foundation

/// The time, as engines read it; tests pass their own.
public struct EngineClock: Sendable {
    private let read: @Sendable () -> Int64

    /// Creates a clock from a function that returns milliseconds since 1970.
    public init(_ read: @escaping @Sendable () -> Int64) { self.read = read }

    /// Milliseconds since 1970.
    public var milliseconds: Int64 { read() }
    /// Seconds since 1970, rounded down.
    public var seconds: Int64 { read() / 1000 }

    /// The clock of the system.
    public static let system = EngineClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

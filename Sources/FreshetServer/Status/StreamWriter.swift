import Hummingbird

/// Writes the parts of an answer without end, and gives up on a client that takes nothing.
///
/// `@unchecked Sendable`: the writer is used by one task at a time, the child that writes a part, while its parent
/// waits for it.
struct StreamWriter: @unchecked Sendable {
    private let writer: any ResponseBodyWriter
    private let timeout: Duration

    /// Thrown when a client does not take a part in time; its connection closes.
    private struct TooSlow: Error {}

    init(_ writer: any ResponseBodyWriter, timeout: Duration) {
        self.writer = writer
        self.timeout = timeout
    }

    /// Writes a part, waiting as long as the client may take.
    func write(_ part: ByteBuffer) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var writer = self.writer
                try await writer.write(part)
            }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw TooSlow()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

/// One at a time: asynchronous work that must not interleave with its like.
///
/// An actor lets others in at every `await`; a turn does not.
actor Turn {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Runs `body` when all who came before are done.
    nonisolated func run<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        await take()
        do {
            let result = try await body()
            await leave()
            return result
        } catch let error {
            await leave()
            throw error
        }
    }

    private func take() async {
        if !isTaken {
            isTaken = true
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func leave() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}

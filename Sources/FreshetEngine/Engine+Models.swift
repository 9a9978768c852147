import FreshetCore

extension Engine {
    /// The versions that exist or existed, newest first, with their figures.
    public func versions() async throws -> [VersionRecord] { try await store.versions() }

    /// The newest decisions about the model, newest first, with their evidence.
    public func decisions(limit: Int) async throws -> [Decision] { try await store.decisions(limit: limit) }

    /// Lets a kept version answer from now on.
    /// - Throws: ``FreshetError`` of kind `usage` for a version that is not kept, of kind `invalidData` for a damaged one.
    public func promote(_ version: ModelVersion) async throws {
        throw FreshetError(.usage, "Version \(version) is not kept.")
    }

    /// Lets the version before the live one answer again.
    /// - Returns: the version that answers now.
    /// - Throws: ``FreshetError`` of kind `usage` when there is none.
    public func rollback() async throws -> ModelVersion {
        throw FreshetError(.usage, "There is no version to go back to.")
    }
}

import Foundation
import FreshetCore
import FreshetLearning
import FreshetNN
import Synchronization

/// Puts live what a learner publishes: the base and its deltas in their order, each whole or not at all.
///
/// It never goes back: a publication of an older lease, or an older one of the same, is not looked at; and one of a new learner
/// that has not caught up with what answers here, because the old one was lost before its state was written, waits.
final class StateFollower: Sendable {
    /// The part of the engine's health.
    static let part = "publication"

    /// What answers here, of what was published.
    private struct Followed {
        var manifest: PublicationManifest
        var checkpoint: Checkpoint
    }

    private let folder: any SharedFolder
    private let pause: Duration
    private let health: HealthBoard
    private let publish: @Sendable (ServedState) -> Void
    private let takeTexts: @Sendable (Data) throws -> Void
    private let newest = Mutex<PublicationManifest?>(nil)

    /// Creates a follower.
    ///
    /// - Parameters:
    ///   - folder: where from.
    ///   - seconds: the time between two looks.
    ///   - health: told what is wrong with the folder.
    ///   - takeTexts: takes the file of what was read of the items' texts.
    ///   - publish: puts a state live.
    init(
        _ folder: any SharedFolder,
        every seconds: Double,
        health: HealthBoard,
        takeTexts: @escaping @Sendable (Data) throws -> Void,
        publish: @escaping @Sendable (ServedState) -> Void
    ) {
        (self.folder, self.health, self.takeTexts, self.publish) = (folder, health, takeTexts, publish)
        pause = .seconds(seconds)
    }

    /// The publication that answers; `nil` before the first.
    var manifest: PublicationManifest? { newest.withLock { $0 } }

    /// Follows until the task is cancelled.
    func run() async {
        var followed: Followed?
        while !Task.isCancelled {
            do {
                try await follow(&followed)
                health.markWorking(Self.part)
            } catch let error {
                // What answers is whole and goes on; a file that went meanwhile is in no newer manifest.
                if !Task.isCancelled { health.markFailed(Self.part, error) }
            }
            try? await Task.sleep(for: pause)
        }
    }

    /// Takes up the newest publication, if there is a newer one.
    private func follow(_ followed: inout Followed?) async throws {
        guard let manifest = try await PublicationManifest.newest(in: folder) else { return }
        if let current = followed?.manifest {
            guard (manifest.lease, manifest.number) > (current.lease, current.number) else { return }
            guard manifest.lease == current.lease || Self.mayFollow(manifest, current) else { return }
        }
        if let texts = manifest.texts, texts != followed?.manifest.texts || manifest.lease != followed?.manifest.lease {
            guard let file = try await folder.read(texts.name) else {
                throw FreshetError(.notFound, "'\(texts.name)' is not in the shared folder any more.")
            }
            try takeTexts(file)
        }
        // Nothing may be new but what only a learner needs.
        let isNew = followed.map { !manifest.hasState(of: $0.manifest) } ?? true
        let checkpoint = isNew ? try await read(manifest, after: followed) : followed?.checkpoint ?? Checkpoint()
        if isNew { try show(checkpoint, manifest) }
        followed = Followed(manifest: manifest, checkpoint: checkpoint)
        newest.withLock { $0 = manifest }
    }

    private func show(_ checkpoint: Checkpoint, _ manifest: PublicationManifest) throws {
        let state = try ServedState(from: checkpoint)
        guard state.version == manifest.version else {
            throw FreshetError(.invalidData, "What was published as version \(manifest.version) is \(state.version).")
        }
        publish(state)
    }

    /// Whether what a new learner published is as far as what the old one did.
    static func mayFollow(_ manifest: PublicationManifest, _ current: PublicationManifest) -> Bool {
        manifest.version.number != current.version.number || manifest.offset >= current.offset
    }

    /// Reads a publication, on top of what is here where that is part of it.
    private func read(_ manifest: PublicationManifest, after followed: Followed?) async throws -> Checkpoint {
        var known = -1
        var checkpoint = Checkpoint()
        if let followed, followed.manifest.lease == manifest.lease, followed.manifest.base == manifest.base,
            manifest.deltas.starts(with: followed.manifest.deltas)
        {
            (known, checkpoint) = (followed.manifest.deltas.count, followed.checkpoint)
        }
        if known < 0 { checkpoint = try await Checkpoint.read(manifest.base, in: folder) }
        for delta in manifest.deltas.dropFirst(max(known, 0)) {
            checkpoint = try checkpoint.applying(await Checkpoint.read(delta, in: folder))
        }
        return checkpoint
    }
}

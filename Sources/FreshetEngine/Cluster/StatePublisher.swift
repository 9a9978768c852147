import Foundation
import FreshetCore
import FreshetLearning
import FreshetNN
import Logging
import Synchronization

/// Brings what the learner puts live to other machines, beside the learner: a base now and then, deltas in between.
///
/// Only the newest state counts: where the folder is slower than the learner, those in between are left out. A version's
/// promotion or rollback goes out together with the learner's own state, so that whoever takes over knows of it.
final class StatePublisher: Sendable {
    /// The part of the engine's health.
    static let part = "publication"
    private static let retryPause = Duration.seconds(1)

    private struct Waiting {
        var state: ServedState?
        /// Whether a state waits that must not be seen before the learner's own.
        var needsLearner = false
        /// How many states there were of this kind.
        var decisions = 0
        /// Where the learner's own state was written since it was last brought.
        var learner: String?
        /// The same of what was read of the items' texts.
        var texts: String?
        /// Whether that is by another reader.
        var isNewReader = false

        var isEmpty: Bool { state == nil && learner == nil && texts == nil }
    }

    /// What is in the folder.
    private struct Published {
        var manifest: PublicationManifest?
        var checkpoint = Checkpoint()
        /// When texts' vectors went out.
        var texts: ContinuousClock.Instant?
    }

    private let folder: any SharedFolder
    private let lease: Int64
    private let deltas: Int
    /// Vectors of the same reader can be had again from the texts: they go out for those who begin, now and then.
    private let textsPause: Duration
    private let clock: EngineClock
    private let health: HealthBoard
    private let logger: Logger
    private let waiting = Mutex(Waiting())
    private let newest = Mutex<PublicationManifest?>(nil)
    private let isFinishing = Atomic(false)
    private let (signal, wakes) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Creates a publisher.
    ///
    /// - Parameters:
    ///   - folder: where to.
    ///   - lease: the learner's lease, under which files are written.
    ///   - deltas: how many follow one base at most.
    ///   - textsPause: the time between two files of texts' vectors by the same reader.
    ///   - clock: the time.
    ///   - health: told whether the folder takes it.
    ///   - logger: where to say what happens.
    init(
        _ folder: any SharedFolder,
        lease: Int64,
        deltas: Int,
        textsPause: Duration = .seconds(15),
        clock: EngineClock,
        health: HealthBoard,
        logger: Logger
    ) {
        (self.folder, self.lease, self.deltas, self.textsPause) = (folder, lease, deltas, textsPause)
        (self.clock, self.health, self.logger) = (clock, health, logger)
    }

    /// The newest publication; `nil` before the first.
    var manifest: PublicationManifest? { newest.withLock { $0 } }

    /// Says what is live now; nobody waits for it.
    ///
    /// - Parameters:
    ///   - state: what is live.
    ///   - needsLearner: whether nobody may see it before the learner's own state, which is written next, can be had.
    func offer(_ state: ServedState, needsLearner: Bool) {
        waiting.withLock { waiting in
            waiting.state = state
            guard needsLearner else { return }
            (waiting.needsLearner, waiting.learner) = (true, nil)
            waiting.decisions += 1
        }
        wakes.yield()
    }

    /// How many states were offered that nobody may see before the learner's own.
    var decisions: Int { waiting.withLock { $0.decisions } }

    /// Says that the learner's own state was written to a file, which is replaced whole or not at all.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - decisions: what ``decisions`` was when the state was taken; an older one is not what is waited for.
    func offer(learnerAt path: String, after decisions: Int) {
        waiting.withLock { waiting in
            if waiting.decisions == decisions { waiting.learner = path }
        }
        wakes.yield()
    }

    /// Says that what was read of the items' texts was written to a file.
    func offer(textsAt path: String, isNewReader: Bool) {
        waiting.withLock { waiting in
            waiting.texts = path
            waiting.isNewReader = waiting.isNewReader || isNewReader
        }
        wakes.yield()
    }

    /// Publishes until ``finish()``, then what waits.
    func run() async {
        var published = Published()
        for await _ in signal {
            while await publishNext(&published) {}
        }
        published.texts = nil
        _ = await publishNext(&published)
    }

    /// Lets ``run()`` end, after one last trial where the folder does not take anything.
    func finish() {
        isFinishing.store(true, ordering: .releasing)
        wakes.finish()
    }

    /// Publishes what waits, if anything does; whether to look again.
    private func publishNext(_ published: inout Published) async -> Bool {
        guard let taken = takeWaiting(after: published) else { return false }
        do {
            try await publish(taken, &published)
            health.markWorking(Self.part)
            return true
        } catch let error {
            health.markFailed(Self.part, error)
            waiting.withLock { waiting in
                waiting.state = waiting.state ?? taken.state
                waiting.needsLearner = waiting.needsLearner || taken.needsLearner
                waiting.learner = waiting.learner ?? taken.learner
                waiting.texts = waiting.texts ?? taken.texts
                waiting.isNewReader = waiting.isNewReader || taken.isNewReader
            }
            // What is in the folder is not known: begin with a base.
            published.checkpoint = Checkpoint()
            guard !isFinishing.load(ordering: .acquiring) else { return false }
            try? await Task.sleep(for: Self.retryPause)
            return !Task.isCancelled
        }
    }

    /// What can go out now; `nil` when nothing can.
    private func takeWaiting(after published: Published) -> Waiting? {
        let mayBringTexts = published.texts.map { $0.duration(to: .now) >= textsPause } ?? true
        return waiting.withLock { waiting in
            var taken = waiting
            if !(waiting.isNewReader || mayBringTexts) { taken.texts = nil }
            // The first manifest has a state; and one that must not be seen before the learner's own waits for that.
            guard !taken.isEmpty, taken.state != nil || published.manifest != nil,
                !taken.needsLearner || taken.learner != nil
            else { return nil }
            (waiting.state, waiting.needsLearner, waiting.learner) = (nil, false, nil)
            if taken.texts != nil { (waiting.texts, waiting.isNewReader) = (nil, false) }
            return taken
        }
    }

    private func publish(_ taken: Waiting, _ published: inout Published) async throws {
        let number = (published.manifest?.number ?? 0) + 1
        var manifest = published.manifest
        var checkpoint = published.checkpoint
        if let state = taken.state {
            (manifest, checkpoint) = try await write(state, number, after: published)
        }
        guard var manifest else { return }
        manifest.number = number
        if let path = taken.learner {
            let file = name("learner", number)
            try await folder.write(FileContents.read(path), to: file)
            manifest.learner = .init(name: file, number: number)
        }
        var textsTime = published.texts
        if let path = taken.texts {
            let file = name("texts", number)
            try await folder.write(FileContents.read(path), to: file)
            manifest.texts = .init(name: file, number: number)
            textsTime = .now
        }
        manifest.time = clock.milliseconds
        try await folder.write(manifest.encoded(), to: PublicationManifest.name(of: lease))
        newest.withLock { $0 = manifest }
        let needed = manifest.files.union(published.manifest?.files ?? [])
        try await removeFiles(besides: needed, manifest)
        published = Published(manifest: manifest, checkpoint: checkpoint, texts: textsTime)
    }

    /// Writes a state, as a delta where that is smaller; what the folder has then.
    private func write(
        _ state: ServedState,
        _ number: Int64,
        after published: Published
    ) async throws -> (PublicationManifest, Checkpoint) {
        let checkpoint = state.checkpoint()
        if var manifest = published.manifest, !published.checkpoint.metadata.isEmpty,
            manifest.deltas.count < deltas, manifest.version.number == state.version.number
        {
            let delta = checkpoint.delta(since: published.checkpoint)
            let file = name("delta", number)
            try await folder.write(delta.encoded(), to: file)
            manifest.deltas.append(.init(name: file, number: number))
            (manifest.version, manifest.offset) = (state.version, state.offset)
            return (manifest, checkpoint)
        }
        let file = name("base", number)
        try await folder.write(checkpoint.encoded(), to: file)
        var manifest = PublicationManifest(
            lease: lease,
            number: number,
            version: state.version,
            offset: state.offset,
            time: clock.milliseconds,
            base: .init(name: file, number: number)
        )
        manifest.learner = published.manifest?.learner
        manifest.texts = published.manifest?.texts
        return (manifest, checkpoint)
    }

    private func name(_ kind: String, _ number: Int64) -> String {
        "\(PublicationManifest.filePrefix(of: lease))\(kind)-\(PublicationManifest.digits(number)).safetensors"
    }

    /// Removes what no publication names any more, of this lease and, once a learner could begin with this one, of older ones.
    private func removeFiles(besides needed: Set<String>, _ manifest: PublicationManifest) async throws {
        for file in try await folder.names(prefix: PublicationManifest.filePrefix(of: lease))
        where !needed.contains(file) {
            try await folder.remove(file)
        }
        guard manifest.learner != nil else { return }
        let own = PublicationManifest.name(of: lease)
        for older in try await PublicationManifest.names(in: folder) where older < own {
            let digits = older.dropFirst("lease-".count).dropLast(".json".count)
            for file in try await folder.names(prefix: digits + "-") { try await folder.remove(file) }
            try await folder.remove(older)
        }
    }
}

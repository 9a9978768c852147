import Foundation
import FreshetCore
import FreshetLearning
import FreshetModels
import FreshetNN
import Logging
import Synchronization
import Testing

@testable import FreshetEngine

/// What goes from a learner to servers, through a folder.
@Suite struct PublicationTests {
    /// What a server was given.
    private final class Seen: Sendable {
        let states = Mutex<[ServedState]>([])
        let texts = Mutex<[Data]>([])
    }

    /// A learner and a server with a folder between them.
    private final class Stage {
        let path = FileManager.default.temporaryDirectory.path + "/freshet-shared-\(UUID().uuidString)"
        let folder: LocalSharedFolder
        let health = HealthBoard(parts: [StatePublisher.part])
        let seen = Seen()
        private var tasks: [Task<Void, Never>] = []

        init() throws { folder = try LocalSharedFolder(path) }

        deinit {
            for task in tasks { task.cancel() }
            try? FileManager.default.removeItem(atPath: path)
        }

        func publisher(lease: Int64, deltas: Int = 50) -> StatePublisher {
            let publisher = StatePublisher(
                folder,
                lease: lease,
                deltas: deltas,
                textsPause: .seconds(3600),
                clock: .system,
                health: health,
                logger: Logger(label: "test")
            )
            tasks.append(Task { await publisher.run() })
            return publisher
        }

        func follow() -> StateFollower {
            let follower = StateFollower(
                folder,
                every: 0.01,
                health: health,
                takeTexts: { [seen] file in seen.texts.withLock { $0.append(file) } },
                publish: { [seen] state in seen.states.withLock { $0.append(state) } }
            )
            tasks.append(Task { await follower.run() })
            return follower
        }

        /// The file in which a learner's state would be.
        func learner(_ number: Int) throws -> String {
            let file = path + "-learner"
            try Checkpoint(metadata: ["number": "\(number)"]).write(to: file)
            return file
        }

        func names() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
    }

    private static func state(_ version: ModelVersion, offset: Int64) throws -> ServedState {
        var weights = FusionWeights()
        weights[.popularity1, .noHistory] = Float(offset)
        return ServedState(version: version, ranker: weights, offset: offset)
    }

    private static func weight(_ state: ServedState?) -> Float? {
        (state?.ranker as? FusionWeights)?[.popularity1, .noHistory]
    }

    private func wait(_ condition: () -> Bool) async throws {
        for _ in 0..<6_000 where !condition() { try await Task.sleep(for: .milliseconds(5)) }
        #expect(condition())
    }

    @Test func serversFollowBaseAndDeltas() async throws {
        let stage = try Stage()
        let (publisher, follower) = (stage.publisher(lease: 1, deltas: 3), stage.follow())
        for update in 1...9 {
            publisher.offer(try Self.state(ModelVersion(2, update: update), offset: Int64(update)), needsLearner: false)
            try await wait { follower.manifest?.offset == Int64(update) }
        }
        let seen = stage.seen.states.withLock { $0 }
        #expect(seen.map(\.version.update) == Array(1...9))
        #expect(seen.map { Self.weight($0) } == (1...9).map(Float.init))
        // Three deltas follow a base; what neither the newest manifest nor the one before names is gone.
        let manifest = try #require(follower.manifest)
        #expect(manifest.base.number == 9 && manifest.deltas.isEmpty && manifest.number == 9)
        #expect(stage.names().filter { $0.contains("base") }.count == 2)
        #expect(stage.health.isWell(StatePublisher.part))
        // One that begins now gets the same.
        let late = stage.follow()
        try await wait { late.manifest?.number == 9 }
        #expect(stage.seen.states.withLock { Self.weight($0.last) } == 9)
    }

    @Test func promotionIsNotSeenBeforeTheLearnerSOwnState() async throws {
        let stage = try Stage()
        let (publisher, follower) = (stage.publisher(lease: 1), stage.follow())
        publisher.offer(try Self.state(ModelVersion(1, update: 4), offset: 10), needsLearner: false)
        try await wait { follower.manifest?.number == 1 }
        let before = publisher.decisions
        publisher.offer(try Self.state(ModelVersion(2), offset: 11), needsLearner: true)
        // That of before the promotion is not what is waited for.
        publisher.offer(learnerAt: try stage.learner(1), after: before)
        try await Task.sleep(for: .milliseconds(100))
        #expect(follower.manifest?.version == ModelVersion(1, update: 4))
        publisher.offer(learnerAt: try stage.learner(2), after: publisher.decisions)
        try await wait { follower.manifest?.version == ModelVersion(2) }
        let data = FileManager.default.temporaryDirectory.path + "/freshet-begin-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: data) }
        try await SharedStart.bring(stage.folder, to: data)
        let brought = try Checkpoint.read(from: data + "/" + LearnedFiles.checkpoint)
        #expect(brought.metadata["number"] == "2")
    }

    @Test func readerOfTextsGoesOutAtOnceAndItsVectorsNowAndThen() async throws {
        let stage = try Stage()
        let (publisher, follower) = (stage.publisher(lease: 1), stage.follow())
        publisher.offer(try Self.state(ModelVersion(1, update: 1), offset: 1), needsLearner: false)
        publisher.offer(textsAt: try stage.learner(1), isNewReader: true)
        try await wait { stage.seen.texts.withLock { $0.count } == 1 }
        publisher.offer(textsAt: try stage.learner(2), isNewReader: false)
        publisher.offer(try Self.state(ModelVersion(1, update: 2), offset: 2), needsLearner: false)
        try await wait { follower.manifest?.offset == 2 }
        #expect(stage.seen.texts.withLock { $0.count } == 1)
        publisher.offer(textsAt: try stage.learner(3), isNewReader: true)
        try await wait { stage.seen.texts.withLock { $0.count } == 2 }
        let file = try #require(stage.seen.texts.withLock { $0.last })
        #expect(try Checkpoint(encoded: file, requiringChecksum: true).metadata["number"] == "3")
    }

    @Test func whoLostTheLeaseIsNotHeardAnyMore() async throws {
        let stage = try Stage()
        let (old, follower) = (stage.publisher(lease: 1), stage.follow())
        old.offer(try Self.state(ModelVersion(1, update: 8), offset: 80), needsLearner: false)
        try await wait { follower.manifest?.offset == 80 }
        // The new learner begins at a state of before: it is waited for.
        let new = stage.publisher(lease: 2)
        new.offer(try Self.state(ModelVersion(1, update: 5), offset: 50), needsLearner: false)
        try await wait { stage.names().contains(PublicationManifest.name(of: 2)) }
        old.offer(try Self.state(ModelVersion(1, update: 9), offset: 90), needsLearner: false)
        try await Task.sleep(for: .milliseconds(100))
        #expect(follower.manifest?.offset == 80)
        new.offer(try Self.state(ModelVersion(1, update: 6), offset: 85), needsLearner: false)
        try await wait { follower.manifest?.lease == 2 }
        #expect(stage.seen.states.withLock { $0.map(\.offset) } == [80, 85])
        // Its own state can be had: nothing of the old lease is needed any more.
        new.offer(learnerAt: try stage.learner(1), after: 0)
        try await wait { !stage.names().contains(PublicationManifest.name(of: 1)) }
        #expect(stage.names().allSatisfy { $0.contains("000000000002") })
    }

    @Test func damagedAndMissingFilesLeaveWhatAnswers() async throws {
        let stage = try Stage()
        let (publisher, follower) = (stage.publisher(lease: 1), stage.follow())
        publisher.offer(try Self.state(ModelVersion(1, update: 1), offset: 1), needsLearner: false)
        try await wait { follower.manifest?.number == 1 }
        // A manifest whose delta is not there, as where the folder lost a file.
        var manifest = try #require(follower.manifest)
        manifest.number = 2
        manifest.deltas.append(.init(name: "000000000001-delta-000000000002.safetensors", number: 2))
        try await stage.folder.write(manifest.encoded(), to: PublicationManifest.name(of: 1))
        try await wait { !stage.health.isWell(StateFollower.part) }
        #expect(stage.seen.states.withLock { $0.count } == 1)
        try await stage.folder.write(Data("no checkpoint".utf8), to: manifest.deltas[0].name)
        try await Task.sleep(for: .milliseconds(50))
        #expect(stage.seen.states.withLock { $0.count } == 1 && follower.manifest?.number == 1)
        try await stage.folder.write(Data("{".utf8), to: PublicationManifest.name(of: 1))
        try await Task.sleep(for: .milliseconds(50))
        #expect(!stage.health.isWell(StateFollower.part) && follower.manifest?.number == 1)
        // The learner's next publication heals all.
        publisher.offer(try Self.state(ModelVersion(1, update: 3), offset: 3), needsLearner: false)
        try await wait { stage.seen.states.withLock { $0.last?.offset } == 3 }
        try await wait { stage.health.isWell(StateFollower.part) }
    }

    @Test func publisherGoesOnOnceTheFolderTakesFilesAgain() async throws {
        let stage = try Stage()
        let (publisher, follower) = (stage.publisher(lease: 1), stage.follow())
        publisher.offer(try Self.state(ModelVersion(1, update: 1), offset: 1), needsLearner: false)
        try await wait { follower.manifest?.number == 1 }
        try FileManager.default.moveItem(atPath: stage.path, toPath: stage.path + "-away")
        publisher.offer(try Self.state(ModelVersion(1, update: 2), offset: 2), needsLearner: false)
        try await wait { !stage.health.isWell(StatePublisher.part) }
        try FileManager.default.moveItem(atPath: stage.path + "-away", toPath: stage.path)
        try await wait { stage.seen.states.withLock { $0.last?.offset } == 2 }
        #expect(stage.seen.states.withLock { Self.weight($0.last) } == 2)
    }

    @Test func publisherEndsWhereTheFolderTakesNothing() async throws {
        let stage = try Stage()
        let publisher = StatePublisher(
            stage.folder,
            lease: 1,
            deltas: 5,
            clock: .system,
            health: stage.health,
            logger: Logger(label: "test")
        )
        try FileManager.default.removeItem(atPath: stage.path)
        publisher.offer(try Self.state(ModelVersion(1), offset: 1), needsLearner: false)
        let running = Task { await publisher.run() }
        try await wait { !stage.health.isWell(StatePublisher.part) }
        publisher.finish()
        await running.value
        #expect(publisher.manifest == nil)
    }

    @Test func whoBeginsIsToldOfAFileThatIsMissingOrDamaged() async throws {
        let stage = try Stage()
        let (publisher, follower) = (stage.publisher(lease: 1), stage.follow())
        publisher.offer(try Self.state(ModelVersion(1), offset: 1), needsLearner: false)
        publisher.offer(learnerAt: try stage.learner(1), after: 0)
        try await wait { follower.manifest?.learner != nil }
        let name = try #require(follower.manifest?.learner?.name)
        try await stage.folder.write(Data("no checkpoint".utf8), to: name)
        await #expect(throws: FreshetError.self) { try await SharedStart.bring(stage.folder, to: stage.path + "-new") }
        try await stage.folder.remove(name)
        await #expect(throws: FreshetError.self) { try await SharedStart.bring(stage.folder, to: stage.path + "-new") }
        #expect(!FileManager.default.fileExists(atPath: stage.path + "-new/" + LearnedFiles.checkpoint))
    }
}

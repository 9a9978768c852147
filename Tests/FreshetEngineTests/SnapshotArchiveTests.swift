import Foundation
import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels
import FreshetTensor
import Testing

@testable import FreshetEngine

/// Versions on disk.
@Suite struct SnapshotArchiveTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/freshet-archive-\(UUID().uuidString)"

    @Test func versionComesBackWithEqualScores() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let archive = try SnapshotArchive(folder: folder)
        let stored = try Self.trained(ModelVersion(3, update: 17))
        try archive.write(stored)
        let read = try archive.read(ModelVersion(3, update: 17))
        #expect(read.trained?.scorer.checkpoint() == stored.trained?.scorer.checkpoint())
        #expect(read.trained?.configurationJSON == stored.trained?.configurationJSON)
        #expect(read.ranker as? FusionWeights == stored.ranker as? FusionWeights)
        #expect(read.ranker is FusionWeights)
        #expect(read.offset == 42)
        #expect(archive.versions() == [ModelVersion(3, update: 17)])
    }

    @Test func damagedVersionIsRefusedWhicheverByteItIs() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let archive = try SnapshotArchive(folder: folder)
        let version = ModelVersion(1)
        try archive.write(Self.trained(version))
        let path = folder + "/" + SnapshotArchive.name(of: version)
        let sound = try Data(contentsOf: URL(fileURLWithPath: path))
        for place in stride(from: 0, to: sound.count, by: 211) {
            var damaged = sound
            damaged[place] ^= 0x20
            try damaged.write(to: URL(fileURLWithPath: path))
            #expect(throws: FreshetError.self) { try archive.read(version) }
        }
        try sound.prefix(100).write(to: URL(fileURLWithPath: path))
        #expect(throws: FreshetError.self) { try archive.read(version) }
        try sound.write(to: URL(fileURLWithPath: path))
        #expect(try archive.read(version).version == version)
    }

    @Test func fileUnderAnotherVersionSNameIsRefused() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let archive = try SnapshotArchive(folder: folder)
        try archive.write(Self.trained(ModelVersion(1)))
        try FileManager.default.moveItem(
            atPath: folder + "/" + SnapshotArchive.name(of: ModelVersion(1)),
            toPath: folder + "/" + SnapshotArchive.name(of: ModelVersion(2))
        )
        #expect(throws: FreshetError.self) { try archive.read(ModelVersion(2)) }
    }

    @Test func newestStatesOfNewestVersionsStayAndLiveVersion() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let archive = try SnapshotArchive(folder: folder)
        var stored = try Self.trained(ModelVersion(1))
        for number in 1...6 {
            stored.version = ModelVersion(number)
            try archive.write(stored)
        }
        try archive.setLive(ModelVersion(2))
        #expect(archive.live() == ModelVersion(2))
        stored.version = ModelVersion(6, update: 3)
        try archive.write(stored)
        archive.prune(keeping: 2, live: ModelVersion(2, update: 9))
        #expect(archive.versions() == [ModelVersion(6, update: 3), ModelVersion(5), ModelVersion(2)])
    }

    static func trained(_ version: ModelVersion) throws -> ServedState {
        let events = (0..<60).map { index in
            LoggedEvent(
                offset: Int64(index + 1),
                user: UserIndex(index % 6),
                item: ItemIndex(index % 7),
                type: 0,
                time: Timestamp(seconds: Int64(index))
            )
        }
        let data = LogDataset.grouped(
            events,
            users: IdentifierTable((0..<6).map { "u\($0)" }),
            items: IdentifierTable((0..<7).map { "i\($0)" }),
            eventTypes: [.view]
        )
        let model = try ModelRegistry.model(named: SequenceTransformer.name)
        var learner = try model.makeLearner(overrides: TestEngine.tinyModel, data: data)
        try learner.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1)))
        var fusion = FusionWeights()
        fusion[.transformer, .shortInSession] = 0.125
        return ServedState(
            version: version,
            trained: TrainedModel(
                model: model.name,
                configurationJSON: model.configurationJSON(of: learner),
                scorer: learner.makeScorer()
            ),
            ranker: fusion,
            offset: 42
        )
    }
}

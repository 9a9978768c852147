import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetModels

@Suite struct SnapshotTests {
    private static func dataset() -> Dataset {
        Dataset(
            users: IdentifierTable(["ann", "bób", "c d"]),
            items: IdentifierTable(["x", "y,z"]),
            eventTypes: [.view, .purchase],
            histories: Histories(
                offsets: [0, 2, 2, 3],
                items: [ItemIndex(1), ItemIndex(0), ItemIndex(1)],
                times: [5, 7.257, -3],
                types: [0, 1, 1],
                values: [1.5, 2, -1]
            ),
            itemDetails: [
                Item(id: "x", title: "An x", tags: ["a"]), Item(id: "y,z", attributes: ["w": .number(.nan)]),
            ],
            userDetails: ["ann", "bób", "c d"].map { User(id: $0) }
        )
    }

    private static func snapshot(weights: [Float] = [3, 1]) throws -> Snapshot {
        let model = try ModelRegistry.model(named: "popularity")
        let scorer = try model.restoreScorer(
            from: Checkpoint(arrays: ["weights": StoredArray(weights)]),
            configurationJSON: model.defaultConfigurationJSON
        )
        let dataset = dataset()
        let manifest = SnapshotManifest(
            model: "popularity",
            preset: "recent",
            configurationJSON: model.defaultConfigurationJSON,
            seed: .max,
            threads: 2,
            data: DataSummary(of: dataset, source: "log", format: "pairs", validationEvents: 1),
            metrics: ["validation ndcg@10": 0.1],
            epochs: [EpochRecord(epoch: 1, loss: .infinity, seconds: 2, validation: 0.5)],
            trainSeconds: 3
        )
        return Snapshot(manifest: manifest, dataset: dataset, scorer: scorer)
    }

    /// A data set of before times had milliseconds: they are the same moments.
    @Test func readsWholeSeconds() throws {
        let histories = Self.dataset().histories
        var checkpoint = Self.dataset().checkpoint()
        checkpoint.arrays["histories.milliseconds"] = nil
        checkpoint.arrays["histories.times"] = StoredArray(histories.times.map(\.seconds))
        #expect(try Dataset(checkpoint: checkpoint).histories.times == [5, 7, -3])
        checkpoint.arrays["histories.times"] = nil
        #expect(try Dataset(checkpoint: checkpoint).histories.times.isEmpty)
    }

    @Test func readsWhatItWrote() throws {
        let folder = try TemporaryFolder()
        let written = try Self.snapshot()
        try written.write(to: folder.path("a/b"))
        let read = try Snapshot.read(from: folder.path("a/b"))
        #expect(read.dataset.users == written.dataset.users && read.dataset.items == written.dataset.items)
        #expect(read.dataset.histories == written.dataset.histories)
        #expect(read.dataset.eventTypes == written.dataset.eventTypes)
        #expect(read.dataset.itemDetails[0] == written.dataset.itemDetails[0])
        #expect(read.dataset.userDetails == written.dataset.userDetails)
        #expect(read.scorer.checkpoint() == written.scorer.checkpoint())
        #expect(read.manifest.seed == .max && read.manifest.epochs == written.manifest.epochs)
        #expect(read.manifest.data == written.manifest.data && read.manifest.created == written.manifest.created)
        #expect(read.context(of: UserIndex(0)).history.items == [ItemIndex(1), ItemIndex(0)])
        #expect(try folder.names() == ["a"])
    }

    @Test func flippedBitsOfTheManifestAreNoticed() throws {
        let folder = try TemporaryFolder()
        try Self.snapshot().write(to: folder.path("s"))
        let whole = try folder.bytes("s/manifest.json")
        for index in stride(from: whole.startIndex, to: whole.endIndex, by: 13) {
            var damaged = whole
            damaged[index] ^= 1 << (index % 8)
            try folder.write(damaged, to: "s/manifest.json")
            #expect(throws: FreshetError.self, "byte \(index)") { try SnapshotManifest.read(from: folder.path("s")) }
        }
    }

    @Test(arguments: ["weights.safetensors", "data.safetensors", "items.jsonl", "users.jsonl"])
    func everyDamagedFileIsNamed(name: String) throws {
        let folder = try TemporaryFolder()
        try Self.snapshot().write(to: folder.path("s"))
        let whole = try folder.bytes("s/\(name)")
        var flipped = whole
        flipped[whole.count / 2] ^= 4
        for damaged in [flipped, whole.dropLast(), whole + whole, Data()] {
            try folder.write(damaged, to: "s/\(name)")
            let error = try #require(throws: FreshetError.self) { try Snapshot.read(from: folder.path("s")) }
            #expect(error.kind == .invalidData && error.message.contains(name) && error.remedy != nil)
        }
        try FileManager.default.removeItem(atPath: folder.path("s/\(name)"))
        let error = try #require(throws: FreshetError.self) { try Snapshot.read(from: folder.path("s")) }
        #expect(error.message.contains(name))
    }

    /// Files whose checksums fit can still belong to another snapshot.
    @Test func weightsOfAnotherShapeAreRefused() throws {
        let folder = try TemporaryFolder()
        try Self.snapshot().write(to: folder.path("s"))
        let manifest = try folder.read("s/manifest.json")
        let weights = folder.path("s/weights.safetensors")
        let old = try folder.bytes("s/weights.safetensors")
        try Checkpoint(arrays: ["weights": StoredArray([1, 2, 3] as [Float])]).write(to: weights)
        let new = try folder.bytes("s/weights.safetensors")
        func record(_ bytes: Data) -> (String, String) {
            ("\"bytes\" : \(bytes.count)", "\"crc32\" : \"\(Checksum.text(Checksum.crc32(bytes)))\"")
        }
        var text = manifest.replacing(record(old).0, with: record(new).0).replacing(record(old).1, with: record(new).1)
        let mark = try #require(text.firstRange(of: "\"checksum\" : \"crc32:"))
        text.replaceSubrange(mark.upperBound..<text.index(mark.upperBound, offsetBy: 8), with: "00000000")
        var sealed = Data(text.utf8)
        SelfChecksum.seal(&sealed)
        try folder.write(sealed, to: "s/manifest.json")
        let error = try #require(throws: FreshetError.self) { try Snapshot.read(from: folder.path("s")) }
        #expect(error.message.contains("3 items") && error.message.contains("weights.safetensors"))
    }

    @Test func aNewSnapshotTakesThePlaceOfTheOldOne() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s")
        try TrainingFolder(path).prepare()
        let state = TrainingState(
            model: "popularity",
            configurationJSON: "{}",
            seed: 1,
            threads: 1,
            data: TrainingData(dataset: Self.dataset())
        )
        try TrainingFolder(path).save(Checkpoint(), state: state)
        try folder.write("mine", to: "s/notes.txt")
        let unfinished = try #require(throws: FreshetError.self) { try Snapshot.read(from: path) }
        #expect(unfinished.remedy?.contains("--resume") == true)
        try Self.snapshot().write(to: path)
        #expect(!TrainingFolder(path).isUnfinished && TrainingFolder(path).isFinished)
        try Self.snapshot(weights: [7, 8]).write(to: path + "/")
        let read = try Snapshot.read(from: path)
        #expect(try read.scorer.checkpoint().numbers("weights", of: Float.self) == [7, 8])
        #expect(try folder.read("s/notes.txt") == "mine")
        #expect(try folder.names() == ["s"])
    }

    @Test func anotherTrainingIsNotResumed() throws {
        let folder = TrainingFolder(try TemporaryFolder().path("s"))
        try folder.prepare()
        let data = TrainingData(dataset: Self.dataset())
        let state = TrainingState(model: "m", configurationJSON: #"{"a":1}"#, seed: 1, threads: 1, data: data)
        var saved = state
        saved.epochs = [EpochRecord(epoch: 1, loss: .nan, seconds: 1)]
        try folder.save(Checkpoint(arrays: ["a": StoredArray([1] as [Float])]), state: saved)
        #expect(try folder.resume(as: state).checkpoint.arrays.keys.sorted() == ["a"])
        #expect(try folder.resume(as: state).state.epochs.count == 1)
        var others = [state, state, state]
        others[0].seed = 2
        others[1].model = "n"
        others[2].dataFingerprint = "0"
        for other in others {
            let error = #expect(throws: FreshetError.self) { try folder.resume(as: other) }
            #expect(error?.kind == .usage)
        }
        let settings = TrainingState(model: "m", configurationJSON: #"{"a":2}"#, seed: 1, threads: 1, data: data)
        #expect(throws: FreshetError.self) { try folder.resume(as: settings) }
    }
}

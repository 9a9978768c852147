import Foundation
import Testing

@testable import freshet

/// `freshet compress` from a trained model to one that recommends, and what it refuses.
@Suite struct CompressTests {
    private static let training =
        "train --data train.tsv --model sequence-transformer --set channels=32 --set heads=4 --set epochs=40 "
        + "--set averaging=0 --set learningRate=0.01 --set batchSize=8 --threads 1 --quiet --output model"

    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        let trained = try Executable.run(Self.training.split(separator: " ").map(String.init), in: folder)
        #expect(trained.code == 0, "\(trained.errors)")
        return folder
    }

    private func run(_ command: String, in folder: TemporaryFolder) throws -> Executable.Result {
        try Executable.run(command.split(separator: " ").map(String.init) + ["--threads", "1"], in: folder)
    }

    @Test func theSmallerModelIsKeptAndRecommends() throws {
        let folder = try folder()
        let made = try run(
            "compress --snapshot model --rows int8 --layers int8 --margin 1 --output small --json",
            in: folder
        )
        #expect(made.code == 0, "\(made.errors)")
        let models = try #require(try made.json()["models"] as? [[String: Any]])
        let (rows, layers) = (models.map { $0["rowBytes"] as? Int ?? 0 }, models.map { $0["bytes"] as? Int ?? 0 })
        #expect(rows[0] * 34 == rows[1] * 128 && layers[1] * 2 < layers[0])
        #expect(models.allSatisfy { ($0["userVectorsPerSecond"] as? Double ?? 0) > 0 })
        #expect(try run("recommend --snapshot small --all-users --count 3", in: folder).code == 0)
        #expect(try run("similar --snapshot small --item item-1", in: folder).code == 0)
        #expect(try run("inspect small", in: folder).output.contains("int8 rows, int8 layers"))

        let twice = try run("compress --snapshot small --rows int4 --output smaller", in: folder)
        #expect(twice.code == 64 && twice.errors.contains("already"), "\(twice.errors)")
        try folder.damage("small/weights.safetensors") { $0[$0.count / 2] ^= 1 }
        let damaged = try run("recommend --snapshot small --all-users --count 3", in: folder)
        #expect(damaged.code == 1 && damaged.errors.contains("weights.safetensors"), "\(damaged.errors)")
    }

    @Test func whatLosesTooMuchIsNotWrittenUnlessForced() throws {
        let folder = try folder()
        let harsh = "compress --snapshot model --rows int4 --prune-heads 0.75 --prune-channels 0.95 --prune-blocks 1 "
        let refused = try run(harsh + "--margin 0 --output small", in: folder)
        #expect(refused.code == 1 && refused.errors.contains("--margin"), "\(refused.errors)")
        #expect(!folder.exists("small"))
        let forced = try run(harsh + "--margin 0 --force --output small", in: folder)
        #expect(forced.code == 0 && folder.exists("small/manifest.json"), "\(forced.errors)")
    }

    @Test func theCurveIsPrintedAndNothingWritten() throws {
        let folder = try folder()
        let names = try folder.names()
        let curve = try run("compress --snapshot model --curve --json", in: folder)
        let models = try #require(try curve.json()["models"] as? [[String: Any]], "\(curve.errors)")
        #expect(models.count == 8 && models[0]["name"] as? String == "as trained")
        let sizes = models.compactMap { $0["bytes"] as? Int }
        #expect(sizes[0] > sizes[1] && sizes[1] > sizes[2] && sizes[4] < sizes[0])
        #expect(try folder.names() == names)
    }

    @Test(arguments: [
        ("compress --snapshot model --rows int8", "--output"),
        ("compress --snapshot model --curve --output x", "--output"),
        ("compress --snapshot model --rows int2 --output x", "int4"),
        ("compress --snapshot nowhere --rows int8 --output x", "nowhere"),
        ("compress --snapshot model --margin 2 --rows int8 --output x", "--margin"),
    ])
    func wrongCallsSaySo(command: String, words: String) throws {
        let result = try run(command, in: TemporaryFolder())
        #expect(result.code != 0 && result.errors.contains(words), "\(result.errors)")
    }
}

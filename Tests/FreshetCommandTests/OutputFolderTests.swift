import Foundation
import Testing

/// What is there is written over only when somebody says so.
@Suite struct OutputFolderTests {
    private static let commands = [
        "train --data train.tsv --model popularity --output out",
        "import --data train.tsv --output out",
        "split --data train.tsv --by last --output out",
        "compare --data train.tsv --models popularity,co-visitation --output out --resamples 10",
    ]

    @Test(arguments: commands) func refusesAFolderInWhichSomethingIs(command: String) throws {
        let folder = try TemporaryFolder()
        try Fixture.copy(into: folder)
        let arguments = command.split(separator: " ").map(String.init)
        let first = try Executable.run(arguments, in: folder)
        #expect(first.code == 0, "\(first.errors)")
        let before = try folder.contents()
        let second = try Executable.run(arguments, in: folder)
        #expect(second.code == 64 && second.output.isEmpty, "\(second.errors)")
        #expect(second.errors.contains("'out' is not empty") && second.errors.contains("--force"), "\(second.errors)")
        #expect(try folder.contents() == before)
        let forced = try Executable.run(arguments + ["--force"], in: folder)
        #expect(forced.code == 0, "\(forced.errors)")
    }

    @Test func anUnfinishedTrainingIsNotStartedOverByItself() throws {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        try FileManager.default.createDirectory(atPath: folder.path("out"), withIntermediateDirectories: false)
        try folder.write("checkpoint", to: "out/training.safetensors")
        let train = ["train", "--data", "train.tsv", "--model", "popularity", "--output", "out"]
        let refused = try Executable.run(train, in: folder)
        #expect(refused.code == 64 && refused.errors.contains("--resume goes on"), "\(refused.errors)")
        #expect(try Executable.run(train + ["--force"], in: folder).code == 0)
        let finished = try Executable.run(train + ["--resume"], in: folder)
        #expect(finished.code == 64 && finished.errors.contains("--force in place of --resume"), "\(finished.errors)")
    }
}

import ChildProcesses
import Foundation
import Testing

@testable import freshet

/// Several processes that work together, as the command line starts them.
@Suite struct RanksTests {
    private static let settings = [
        "epochs=3", "patience=3", "channels=8", "heads=1", "blocks=1", "batchSize=8", "averaging=0.9",
    ].flatMap { ["--set", $0] }

    private static func train(_ options: String...) -> [String] {
        ["train", "--data", "train.tsv", "--model", "sequence-transformer", "--threads", "1", "--json"] + settings
            + options
    }

    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        return folder
    }

    @Test func twoProcessesTrainWhatTwoThreadsDo() throws {
        let folder = try Self.folder()
        let together = try Executable.run(Self.train("--ranks", "2", "--output", "ranks"), in: folder)
        #expect(together.code == 0, "\(together.errors)")
        let threads = Self.train("--output", "threads").map { $0 == "1" ? "2" : $0 }
        let alone = try Executable.run(threads, in: folder)
        #expect(try together.json()["losses"] as? [Double] == alone.json()["losses"] as? [Double])
        #expect(try folder.bytes("ranks/weights.safetensors") == folder.bytes("threads/weights.safetensors"))

        let recommend = ["recommend", "--snapshot", "ranks", "--all-users", "--threads", "1"]
        for (ranks, output) in [("1", "one.tsv"), ("3", "three.tsv")] {
            let result = try Executable.run(recommend + ["--ranks", ranks, "--output", output], in: folder)
            #expect(result.code == 0, "\(result.errors)")
        }
        #expect(try folder.read("one.tsv") == folder.read("three.tsv"))
        #expect(try folder.read("one.tsv").split(separator: "\n").count == TinyData.users)
    }

    @Test func ranksStartedByHandFindEachOther() throws {
        let folder = try Self.folder()
        let port = 20_000 + Int(getpid()) % 10_000
        let common = ["--ranks", "2", "--rendezvous", "127.0.0.1:\(port)", "--local-steps", "2", "--wire", "bf16"]
        let other = try TemporaryFolder()
        try other.write(TinyData.training, to: "train.tsv")
        let second = try Executable.start(Self.train("--rank", "1", "--output", "nothing") + common, in: other)
        let first = try Executable.run(Self.train("--rank", "0", "--output", "model") + common, in: folder)
        #expect(first.code == 0, "\(first.errors)")
        #expect(second.waitUntilExit().code == 0)
        #expect(folder.exists("model/manifest.json") && !other.exists("nothing"))
    }

    #if Cluster
    private static let mpirun = "/usr/bin/mpirun"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: mpirun))) func mpirunGivesTheBitsOfSockets() throws
    {
        let folder = try Self.folder()
        let sockets = try Executable.run(Self.train("--ranks", "2", "--output", "sockets"), in: folder)
        #expect(sockets.code == 0, "\(sockets.errors)")
        let job = ["--allow-run-as-root", "--oversubscribe", "-n", "2", Executable.path]
        let mpi = try Executable.run(job + Self.train("--output", "mpi"), of: Self.mpirun, in: folder)
        #expect(mpi.code == 0, "\(mpi.errors)")
        #expect(try folder.bytes("mpi/weights.safetensors") == folder.bytes("sockets/weights.safetensors"))
    }
    #endif

    @Test func whatCannotBeDoneTogetherIsRefused() throws {
        let folder = try Self.folder()
        for arguments in [
            ["train", "--data", "train.tsv", "--model", "popularity", "--ranks", "2", "--output", "model"],
            Self.train("--ranks", "2", "--wire", "int4", "--output", "model"),
            Self.train("--ranks", "2", "--local-steps", "0", "--output", "model"),
            Self.train("--ranks", "2", "--rank", "2", "--rendezvous", "127.0.0.1:1", "--output", "model"),
            Self.train("--rank", "1", "--output", "model"),
            Self.train("--rank", "0", "--rendezvous", "127.0.0.1:1", "--output", "model"),
            Self.train("--ranks", "2", "--rendezvous", "127.0.0.1:1", "--output", "model"),
            Self.train("--wire", "bf16", "--output", "model"),
            Self.train("--ranks", "2", "--outer-rate", "0.7", "--output", "model"),
            Self.train("--ranks", "2", "--late-steps", "1", "--output", "model"),
            Self.train("--ranks", "2", "--local-steps", "2", "--late-steps", "2", "--output", "model"),
            ["train", "--data", "-", "--model", "sequence-transformer", "--ranks", "2", "--output", "model"],
            ["recommend", "--snapshot", "model", "--user", "user1", "--ranks", "2"],
        ] {
            let result = try Executable.run(arguments, in: folder)
            #expect(result.code == 64 && result.output.isEmpty, "\(arguments): \(result.errors)")
        }
    }
}

import ChildProcesses
import Foundation
import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import Synchronization
import Testing

@testable import freshet

@Suite struct ResumeTests {
    private static let settings = [
        "epochs": "6", "patience": "6", "channels": "8", "heads": "1", "batchSize": "8", "averaging": "0.9",
    ]

    private static func data() throws -> TrainingData {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        let split = try DatasetReader().read(path: folder.path("train.tsv"), format: "pairs").dataset.leavingLastOut()
        return TrainingData(dataset: split.training, validation: split.holdouts)
    }

    /// One run that ends by itself or after some reports, which come a step each.
    private static func train(
        _ folder: TrainingFolder,
        isResuming: Bool = false,
        stopsAfter reports: Int = .max
    ) throws -> TrainingRun.Outcome {
        let model = try ModelRegistry.model(named: "sequence-transformer")
        let data = try data()
        let count = Mutex(0)
        let run = TrainingRun(
            description: model,
            data: data,
            seed: 5,
            pool: ThreadPool(threads: 1),
            folder: folder,
            isResuming: isResuming,
            console: Console(isJSON: false, isQuiet: true),
            observe: { _ in count.withLock { $0 += 1 } },
            isCancelled: { count.withLock { $0 >= reports } }
        )
        try folder.prepare()
        return try run.train(model.makeLearner(overrides: settings, data: data))
    }

    @Test(arguments: [[2], [4, 3], [1, 9, 1]])
    func aStoppedTrainingEndsAsIfItHadNotBeenStopped(stops: [Int]) throws {
        let folder = try TemporaryFolder()
        let whole = try Self.train(TrainingFolder(folder.path("whole")))
        let parts = TrainingFolder(folder.path("parts"))
        for (number, stop) in stops.enumerated() {
            let error = try #require(throws: FreshetError.self) {
                try Self.train(parts, isResuming: number > 0, stopsAfter: stop)
            }
            #expect(error.kind == .cancelled && error.remedy?.contains("--resume") == true)
            #expect(parts.isUnfinished)
        }
        let end = try Self.train(parts, isResuming: true)
        #expect(end.epochs.map(\.loss) == whole.epochs.map(\.loss))
        #expect(end.epochs.map(\.validation) == whole.epochs.map(\.validation))
        #expect(end.epochs.count == 6)
        #expect(end.scorer.checkpoint() == whole.scorer.checkpoint())
        #expect(end.validation == whole.validation)
    }

    /// A training that does not end by itself, stopped by a signal once it has a checkpoint.
    @Test(arguments: [SIGINT, SIGTERM]) func signalsLeaveACheckpoint(signal: Int32) throws {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        let training =
            "train --data train.tsv --model sequence-transformer --threads 1 --set epochs=100000 --set patience=100000 "
            + "--set channels=8 --set heads=1 --json --output parts"
        let arguments = training.split(separator: " ").map(String.init)
        let process = try Executable.start(arguments, in: folder)
        for _ in 0..<30_000 where process.isRunning && !folder.exists("parts/training.safetensors") { usleep(2000) }
        process.send(signal)
        let stopped = try Executable.result(of: process.waitUntilExit(), in: folder)
        #expect(stopped.code == 130 && !stopped.isCrash && stopped.output.isEmpty, "\(stopped.errors)")
        #expect(stopped.errors.contains("--resume"), "\(stopped.errors)")
        #expect(try folder.names() == ["parts", "train.tsv"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("parts")) == ["training.safetensors"])

        for change in [["--seed", "9"], ["--set", "dropout=0.3"]] {
            let result = try Executable.run(arguments + ["--resume"] + change, in: folder)
            #expect(result.code == 64 && result.errors.contains("another one"), "\(result.errors)")
        }
        try folder.damage("parts/training.safetensors") { $0[$0.count / 2] ^= 1 }
        let damaged = try Executable.run(arguments + ["--resume"], in: folder)
        #expect(damaged.code == 1 && damaged.errors.contains("training.safetensors"), "\(damaged.errors)")
    }
}

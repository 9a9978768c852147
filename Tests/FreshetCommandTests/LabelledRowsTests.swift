import Foundation
import Testing

/// Rows of features by the command line: `train --format libfm` and `evaluate --format libfm`.
@Suite struct LabelledRowsTests {
    /// A yes where one of two features is there, not both.
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let lines = (0..<80).map { row in
            let (a, b) = (row % 2, row / 2 % 2)
            return "\(a == b ? 0 : 1) \(a):1 \(2 + b):1"
        }
        try folder.write(lines.joined(separator: "\n"), to: "train.libfm")
        try folder.write(lines.prefix(20).joined(separator: "\n"), to: "test.libfm")
        return folder
    }

    private func train(_ more: String..., in folder: TemporaryFolder) throws -> Executable.Result {
        try Executable.run(
            ["train", "--data", "train.libfm", "--model", "factorization-machine", "--output", "model"] + more,
            in: folder
        )
    }

    private func evaluate(_ truth: String, in folder: TemporaryFolder) throws -> Executable.Result {
        let arguments = ["evaluate", "--snapshot", "model", "--truth", truth, "--format", "libfm", "--json"]
        return try Executable.run(arguments, in: folder)
    }

    @Test(arguments: [nil, "field-aware"])
    func rowsAreLearnedAndMeasured(preset: String?) throws {
        let folder = try folder()
        let options = preset.map { ["--preset", $0] } ?? []
        let trained = try Executable.run(
            [
                "train", "--data", "train.libfm", "--validation", "test.libfm", "--format", "libfm", "--model",
                "factorization-machine", "--output", "model", "--json",
            ] + options,
            in: folder
        )
        #expect(trained.code == 0, "\(trained.errors)")
        let metrics = try #require(try trained.json()["metrics"] as? [String: Double])
        #expect(metrics["validation auc"] == 1 && (metrics["rows per second"] ?? 0) > 0)
        let figures = try evaluate("test.libfm", in: folder).json()
        #expect(figures["auc"] as? Double == 1 && (figures["logLoss"] as? Double ?? 9) < 0.3)
        #expect(figures["rows"] as? Int == 20)
    }

    @Test func whatDoesNotFitIsSaid() throws {
        let folder = try folder()
        let once = try train("--format", "libfm", "--preset", "online", in: folder)
        #expect(once.code == 0, "\(once.errors)")
        try folder.write("1 0:1\n1 9:1\n", to: "unknown.libfm")
        let unknown = try evaluate("unknown.libfm", in: folder)
        #expect(unknown.code == 1 && unknown.errors.contains("line 2: the feature 9 is unknown"), "\(unknown.errors)")
        try folder.write("5 0:1\n", to: "label.libfm")
        #expect(try evaluate("label.libfm", in: folder).errors.contains("label '5'"))

        let events = try train("--force", in: folder)
        #expect(events.code == 64 && events.errors.contains("rows of features, not from events"), "\(events.errors)")
        let recommend = ["recommend", "--snapshot", "model", "--user", "u"]
        #expect(try Executable.run(recommend, in: folder).errors.contains("knows rows of features"))
        let other = ["train", "--data", "train.libfm", "--format", "libfm", "--model", "ease", "--output", "other"]
        #expect(try Executable.run(other, in: folder).errors.contains("does not learn from rows"))
    }

    /// The same rows as a table, whose columns are fields.
    @Test(arguments: ["online", "field-aware"]) func tablesAreLearnedAndMeasured(preset: String) throws {
        let folder = try TemporaryFolder()
        let lines = (0..<80).map { row in
            let (a, b) = (row % 2, row / 2 % 2)
            return "\(a == b ? 0 : 1),\(a),word\(b),,4"
        }
        try folder.write("label,a,b,none,same\n" + lines.joined(separator: "\n"), to: "train.csv")
        try folder.write("b,a,label\nword1,0,1\nword0,0,0\nword1,1,0\n", to: "test.csv")
        let trained = try Executable.run(
            [
                "train", "--data", "train.csv", "--validation", "train.csv", "--format", "csv", "--model",
                "factorization-machine", "--preset", preset, "--set", "epochs=10", "--output", "model",
            ],
            in: folder
        )
        #expect(trained.code == 0 && trained.errors.contains("80 rows of 2 columns"), "\(trained.errors)")
        #expect(trained.errors.contains("'none' is left out") && trained.errors.contains("'same' is left out"))
        let evaluate = ["evaluate", "--snapshot", "model", "--format", "csv", "--json", "--truth"]
        let figures = try Executable.run(evaluate + ["test.csv"], in: folder).json()
        #expect(figures["auc"] as? Double == 1 && figures["rows"] as? Int == 3, "\(figures)")
        try folder.write("a,label\n0,1\n", to: "short.csv")
        let short = try Executable.run(evaluate + ["short.csv"], in: folder)
        #expect(short.code == 1 && short.errors.contains("no column 'b'"), "\(short.errors)")
        try folder.write("1 0:1\n", to: "rows.libfm")
        let other = ["evaluate", "--snapshot", "model", "--truth", "rows.libfm", "--format", "libfm"]
        #expect(try Executable.run(other, in: folder).errors.contains("in the format csv"))
        let train = ["train", "--data", "train.csv", "--format", "csv", "--output", "other", "--model"]
        #expect(try Executable.run(train + ["ease"], in: folder).errors.contains("read without --format"))
        let label = try Executable.run(train + ["factorization-machine", "--label", "lable"], in: folder)
        #expect(label.code == 64 && label.errors.contains("no column 'lable'"), "\(label.errors)")
    }
}

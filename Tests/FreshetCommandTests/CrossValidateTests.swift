import Foundation
import Testing

/// Folds by the command line: `cross-validate`.
@Suite struct CrossValidateTests {
    /// Two groups of users who go through the items of their group, and rate them.
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let lines = (0..<24).flatMap { user in
            (0..<8).map { place in
                let item = 2 * ((user + place) % 10) + user % 2
                let value = item % 4 < 2 ? 5 : 2
                return #"{"user":"u\#(user)","item":"i\#(item)","value":\#(value),"time":\#(1000 + place)}"#
            }
        }
        try folder.write(lines.joined(separator: "\n"), to: "events.jsonl")
        return folder
    }

    private func run(_ arguments: String..., in folder: TemporaryFolder) throws -> Executable.Result {
        let common = ["cross-validate", "--data", "events.jsonl", "--meanings", "none", "--resamples", "20"]
        return try Executable.run(common + arguments, in: folder)
    }

    private struct Report: Decodable {
        struct Figure: Decodable {
            let mean: Double
            let deviation: Double
            let folds: [Double]
        }
        struct Comparison: Decodable {
            struct Folds: Decodable { let mean: Double }
            struct Users: Decodable { let users: Int }
            let overFolds: Folds
            let overUsers: Users
        }
        let by: String
        let metrics: [String: Figure]
        let comparison: Comparison?
    }

    @Test(arguments: ["users", "events"])
    func modelsAreJudgedOnFolds(by parts: String) throws {
        let folder = try folder()
        let result = try run(
            "--model",
            "ease",
            "--set",
            "regularization=1",
            "--against",
            "popularity",
            "--folds",
            "3",
            "--by",
            parts,
            "--json",
            in: folder
        )
        #expect(result.code == 0, "\(result.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        let ndcg = try #require(report.metrics["ndcg@10"])
        #expect(report.by == parts && ndcg.folds.count == 3)
        #expect(abs(ndcg.mean - ndcg.folds.reduce(0, +) / 3) < 1e-12)
        // Who knows the groups stands above who does not.
        let comparison = try #require(report.comparison)
        #expect(comparison.overFolds.mean > 0 && comparison.overUsers.users >= 24)
        let again = try run(
            "--model",
            "ease",
            "--set",
            "regularization=1",
            "--folds",
            "3",
            "--by",
            parts,
            "--json",
            in: folder
        )
        let second = try JSONDecoder().decode(Report.self, from: Data(again.output.utf8))
        #expect(second.metrics["ndcg@10"]?.folds == ndcg.folds)
    }

    @Test func ratingsAreForetoldOnFolds() throws {
        let folder = try folder()
        let result = try run("--model", "matrix-factorization", "--set", "trainer=sgd", "--ratings", in: folder)
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("RMSE") && result.output.contains("fold 5"), "\(result.output)")
        let other = try run("--model", "ease", "--ratings", in: folder)
        #expect(other.code == 64 && other.errors.contains("predicts no ratings"), "\(other.errors)")
    }

    @Test func tooManyFoldsAreRefused() throws {
        let folder = try folder()
        #expect(try run("--model", "popularity", "--folds", "25", in: folder).errors.contains("24 users into 25 folds"))
        #expect(try run("--model", "popularity", "--folds", "1", in: folder).code == 64)
        #expect(try run("--model", "ease", "--ratings", "--by", "users", in: folder).code == 64)
    }
}

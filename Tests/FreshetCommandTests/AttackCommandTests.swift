import Foundation
import Testing

/// Fake users and stability by the command line: `attack` and `stability`.
@Suite struct AttackCommandTests {
    /// Users who come over a year and go round the items of their group, and a few who take rare ones.
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let lines = (0..<120).flatMap { user in
            (0..<10).map { place in
                let item = place == 4 && user % 8 == 0 ? 200 + user / 8 % 3 : 2 * ((user * 7 + place) % 50) + user % 2
                return "u\(user)\ti\(item)\t\(1_600_000_000 + user * 260_000 + place * 60)"
            }
        }
        try folder.write((["user\titem\ttime"] + lines).joined(separator: "\n"), to: "events.tsv")
        return folder
    }

    private struct Report: Decodable {
        struct Figure: Decodable {
            let value: Double
        }
        struct Exposure: Decodable {
            let before: Figure
            let after: Figure
        }
        struct Target: Decodable { let item: String }
        struct Change: Decodable {
            let before: Double
            let after: Double
        }
        struct Stability: Decodable {
            let jaccard: Figure
            let rbo: Figure
        }
        struct Row: Decodable {
            let attack: String
            let `guard`: Bool
            let exposure: Exposure
            let targets: [Target]
            let ndcg: Change
            let stability: Stability
            let left_out_fake_events: Int
        }
        let users: Int
        let fake_users: Int
        let rows: [Row]
    }

    @Test func attacksAreMeasuredWithAndWithoutTheGuard() throws {
        let folder = try folder()
        let before = try String(contentsOfFile: "\(folder.path)/events.tsv", encoding: .utf8)
        let command = [
            "attack", "--data", "events.tsv", "--model", "co-visitation", "--kind", "segment,sequence", "--fake-users",
            "20%",
            "--target-items", "i200", "--guard", "leave_out", "--json", "--threads", "1",
        ]
        let result = try Executable.run(command, in: folder)
        #expect(result.code == 0, "\(result.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        #expect(report.users == 120 && report.fake_users == 24)
        #expect(
            report.rows.map { "\($0.attack) \($0.guard)" } == [
                "none true", "segment false", "segment true", "sequence false", "sequence true",
            ]
        )
        #expect(report.rows.allSatisfy { $0.targets.map(\.item) == ["i200"] })
        let (attacked, guarded) = (report.rows[3], report.rows[4])
        #expect(attacked.exposure.after.value > attacked.exposure.before.value)
        #expect(guarded.exposure.after.value < attacked.exposure.after.value)
        #expect(attacked.left_out_fake_events == 0 && guarded.left_out_fake_events > 0)
        #expect(attacked.stability.jaccard.value < 1 && attacked.ndcg.before > 0)
        #expect(try Executable.run(command, in: folder).output == result.output)
        #expect(try String(contentsOfFile: "\(folder.path)/events.tsv", encoding: .utf8) == before)
    }

    @Test func wordsAndErrorsSayWhatToDo() throws {
        let folder = try folder()
        let common = ["attack", "--data", "events.tsv", "--model", "popularity", "--targets", "2"]
        let result = try Executable.run(common + ["--kind", "random"], in: folder)
        #expect(result.code == 0 && result.output.contains("2 targets over 1 seed."), "\(result.errors)")
        for (wrong, words) in [
            (["--kind", "rndom"], "Did you mean"), (["--fake-users", "0%"], "fake-users"),
            (["--guard", "report"], "leave_out"),
            (["--target-items", "none"], "No item 'none'"),
        ] {
            let refused = try Executable.run(common + wrong, in: folder)
            #expect(
                refused.code != 0 && refused.errors.localizedCaseInsensitiveContains(words),
                "\(wrong): \(refused.errors)"
            )
        }
    }

    private struct StabilityFigures: Decodable {
        struct Overlap: Decodable {
            let jaccard: Report.Figure
            let rbo: Report.Figure
            let unchanged: Double
        }
        let seed: Overlap
        let event: Overlap
        let retraining: Overlap
    }

    @Test func stabilityTellsChanceFromEvents() throws {
        let folder = try folder()
        func figures(_ model: String...) throws -> StabilityFigures {
            let common = [
                "stability", "--data", "events.tsv", "--json", "--threads", "1", "--newest", "20%", "--model",
            ]
            let result = try Executable.run(common + model, in: folder)
            #expect(result.code == 0, "\(result.errors)")
            return try JSONDecoder().decode(StabilityFigures.self, from: Data(result.output.utf8))
        }
        let counts = try figures("co-visitation")
        // Counting leaves nothing to chance.
        #expect(counts.seed.jaccard.value == 1 && counts.seed.unchanged == 1)
        #expect(counts.event.jaccard.value < 1 && counts.event.rbo.value < 1 && counts.event.unchanged < 1)
        #expect(counts.retraining.rbo.value < 1)
        let factors = try figures("matrix-factorization", "--set", "factors=4")
        #expect(factors.seed.rbo.value < 1 && factors.seed.rbo.value > 0.3)
    }
}

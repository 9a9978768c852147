import Foundation
import Testing

/// Fairness by the command line.
@Suite struct AuditFairnessTests {
    /// Users of whom two thirds go round one half of the items and one third the other, men more of them than women.
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let events = (0..<120).flatMap { user in
            (0..<12).map { place in
                let kind = (user + place) % 3 == 0 ? 1 : 0
                return "u\(user)\ti\(2 * ((user * 7 + place) % 40) + kind)\t\(1_600_000_000 + place * 60)"
            }
        }
        let items = (0..<80).map { "i\($0)\tkettle \($0)\t\($0 % 2 == 0 ? "films" : "books")" }
        let users = (0..<120).map { "u\($0)\t\($0 % 4 == 0 ? "f" : "m")" }
        try folder.write((["user\titem\ttime"] + events).joined(separator: "\n"), to: "events.tsv")
        try folder.write((["id\ttitle\tcategories"] + items).joined(separator: "\n"), to: "items.tsv")
        try folder.write((["user\tgender"] + users).joined(separator: "\n"), to: "users.tsv")
        return folder
    }

    private static let common = [
        "audit", "fairness", "--data", "events.tsv", "--catalogue", "items.tsv", "--model", "popularity", "--threads",
        "1",
    ]

    private struct Report: Decodable {
        struct Figure: Decodable { let value: Double }
        struct Group: Decodable { let name: String }
        struct Quality: Decodable { let groups: [Group] }
        struct Figures: Decodable {
            let users: Int
            let ndcg: Figure
            let miscalibration: Figure
            let quality: [String: Quality]
        }
        struct Row: Decodable {
            let correction: String
            let test: Figures
        }
        let rows: [Row]
        let halving: String?
    }

    @Test func correctionsAreMeasuredBesideNone() throws {
        let folder = try folder()
        let command =
            Self.common + [
                "--users", "users.tsv", "--user-groups", "gender", "--calibration", "0.9,0.2", "--minimum-share",
                "books=0.5",
            ]
        let result = try Executable.run(command + ["--json"], in: folder)
        #expect(result.code == 0, "\(result.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        #expect(
            report.rows.map(\.correction) == ["none", "calibration 0.20", "calibration 0.90", "books at least 50.00%"]
        )
        #expect(report.rows[0].test.users == 120)
        #expect(report.rows[0].test.quality["gender"]?.groups.map(\.name) == ["f", "m"])
        #expect(report.rows[2].test.miscalibration.value < report.rows[0].test.miscalibration.value / 2)
        #expect(report.halving != nil)
        let words = try Executable.run(command, in: folder)
        for part in ["calibration 0.90", "Gap between", "halves miscalibration", "films"] {
            #expect(words.output.contains(part), "\(words.output)")
        }
    }

    @Test func errorsSayWhatToDo() throws {
        let folder = try folder()
        for (more, part) in [
            (["--minimum-share", "opera=0.5"], "No item has the category 'opera'"),
            (["--calibration", "2"], "λ must be above 0"), (["--users", "users.tsv"], "--user-groups"),
            (["--users", "users.tsv", "--user-groups", "age"], "has no column 'age'"),
            (["--user-groups", "gender"], "--users"),
            (["--item-groups", "brand"], "No item has the attribute 'brand'"),
        ] {
            let result = try Executable.run(Self.common + more, in: folder)
            #expect(result.code == 64 && result.errors.contains(part), "\(more): \(result.errors)")
        }
    }
}

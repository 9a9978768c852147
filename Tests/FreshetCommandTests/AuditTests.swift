import Foundation
import Testing

/// Erasure proved by the command line: `audit erasure`.
@Suite struct AuditTests {
    private struct Report: Decodable {
        struct Membership: Decodable {
            let auc: Double
            let margin: Double
        }
        struct Twin: Decodable {
            let identical: Bool
            let distance: Double
            let unlike: Int
        }
        let left: Int
        let erased_rows: Int
        let length: Int
        let before: Membership
        let after: Membership
        let twin: Twin
        let trained: Twin
        let passed: Bool
        let sensitive: Bool
    }

    /// Users who go round the items.
    private func folder(users: Int = 60, events: Int = 8, items: Int = 200) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let lines = (0..<users).flatMap { user in
            (0..<events).map { "u\(user)\ti\((user * 11 + $0) % items)\t\(1_600_000_000 + user * 3_600 + $0 * 60)" }
        }
        try folder.write((["user\titem\ttime"] + lines).joined(separator: "\n"), to: "events.tsv")
        return folder
    }

    private func report(_ arguments: [String], in folder: TemporaryFolder) throws -> Report {
        let command = ["audit", "erasure", "--data", "events.tsv", "--json", "--quiet", "--threads", "1"] + arguments
        let result = try Executable.run(command, in: folder)
        #expect(result.code == 0, "\(result.errors)")
        return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    }

    /// The counts of pairs tell who was learned from; after the erasure they are those of the twin.
    @Test func whoWasLearnedFromIsToldBeforeAndNotAfter() throws {
        let report = try report(["--model", "co-visitation", "--canaries", "60"], in: folder())
        #expect(report.before.auc > 0.5 + 2 * report.before.margin)
        #expect(report.sensitive && !report.trained.identical)
        #expect(abs(report.after.auc - 0.5) <= report.after.margin)
        #expect(report.twin.identical && report.twin.distance == 0)
        #expect(report.left == 0 && report.erased_rows == 60 * report.length)
        #expect(report.passed)
    }

    @Test func newWeightsOfTheFlagshipAreThoseOfTheTwinToTheBit() throws {
        let tiny = [
            "epochs=1", "channels=8", "heads=1", "blocks=1", "maximumLength=10", "relativePositions=10",
        ].flatMap { ["--set", $0] }
        let report = try report(["--model", "sequence-transformer", "--canaries", "20"] + tiny, in: folder())
        #expect(report.twin.identical && report.twin.unlike == 0)
        #expect(!report.trained.identical && report.trained.distance > 0)
        #expect(report.left == 0)
    }
}

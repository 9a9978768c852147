import Foundation
import Testing

@testable import freshet

@Suite struct RepliesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let sample = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Samples/shop-questions/questions.csv")
        try folder.write(try Data(contentsOf: sample), to: "questions.csv")
    }

    @Test func answersAQuestionInOtherWords() throws {
        let made = try folder.freshet(
            "replies",
            "index",
            "--data",
            "questions.csv",
            "--encoder",
            "light,tfidf",
            "--output",
            "out",
            "--json"
        )
        #expect(made.code == 0, "\(made.errors)")
        let report = try made.json()
        #expect(report["readers"] as? [String] == ["light", "tfidf"] && (report["questions"] as? Int ?? 0) > 20)
        let asked = try folder.freshet(
            "replies",
            "ask",
            "--replies",
            "out",
            "--question",
            "can I send back a lamp that I do not like?"
        )
        #expect(asked.code == 0 && asked.output.contains("30 days"), "\(asked.output)")
        let strange = try folder.freshet("replies", "ask", "--replies", "out", "--question", "qqq zzz")
        #expect(strange.output == "qqq zzz  (ask a person)\n", "\(strange.output)")
    }

    @Test(
        arguments: [
            (["index", "--data", "none.csv", "--output", "out"], 1, "none.csv"),
            (["index", "--data", "questions.csv", "--answer-column", "body", "--output", "out"], 64, "body"),
            (["index", "--data", "questions.csv", "--reliability", "2", "--output", "out"], 64, "reliability"),
            (["index", "--data", "questions.csv", "--encoder", "nowhere", "--output", "out"], 64, "nowhere"),
            (["ask", "--replies", "nowhere", "--question", "x"], 1, "nowhere"),
            (["ask", "--replies", "nowhere"], 64, "--question"),
        ] as [([String], Int32, String)]
    )
    func saysWhatIsWrong(arguments: [String], code: Int32, hint: String) throws {
        let result = try Executable.run(["replies"] + arguments, in: folder)
        #expect(result.code == code && !result.isCrash && result.errors.contains(hint), "\(result.errors)")
    }
}

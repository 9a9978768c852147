import Foundation
import Testing

/// Predicted ratings by the command line: `evaluate --ratings` and `predict`.
@Suite struct RatingTests {
    /// Twelve users rate eight items: the first four get 5, the others 1; every fourth rating held out.
    private func trained() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        var (training, truth) = ("", "")
        for user in 0..<12 {
            for item in 0..<8 {
                let value = item < 4 ? 5 : 1
                let line = #"{"user":"u\#(user)","item":"i\#(item)","value":\#(value),"time":\#(1000 + item)}"# + "\n"
                if (user + item) % 4 == 0 { truth += line } else { training += line }
            }
        }
        try folder.write(training, to: "train.jsonl")
        try folder.write(truth, to: "test.jsonl")
        for (model, trainer) in [("ratings", "sgd"), ("clicks", "als")] {
            let result = try folder.freshet(
                "train",
                "--data",
                "train.jsonl",
                "--model",
                "matrix-factorization",
                "--set",
                "trainer=\(trainer)",
                "--output",
                model
            )
            #expect(result.code == 0, "\(result.errors)")
        }
        return folder
    }

    @Test func ratingsAreMeasuredAndPredicted() throws {
        let folder = try trained()
        let judged = try folder.freshet(
            "evaluate",
            "--snapshot",
            "ratings",
            "--truth",
            "test.jsonl",
            "--ratings",
            "--json",
            "--resamples",
            "20"
        )
        #expect(judged.code == 0, "\(judged.errors)")
        let metrics = try #require(try judged.json()["metrics"] as? [String: [String: Double]])
        let (mse, rmse) = (try #require(metrics["mse"]?["value"]), try #require(metrics["rmse"]?["value"]))
        // Predicting the mean, 3, would have an error of 2 everywhere.
        #expect(rmse < 1 && abs(mse - rmse * rmse) < 1e-9)
        #expect(metrics["accuracy"]?["value"] == 1)

        func predicted(_ user: String, _ item: String) throws -> (rating: Double, isKnown: Bool?) {
            let arguments = ["predict", "--snapshot", "ratings", "--user", user, "--item", item, "--json"]
            let json = try Executable.run(arguments, in: folder).json()
            return (try #require(json["rating"] as? Double), json["isKnown"] as? Bool)
        }
        let (liked, disliked) = (try predicted("u0", "i0"), try predicted("u0", "i4"))
        #expect(liked.rating > 4 && disliked.rating < 2 && liked.isKnown == true)
        let stranger = try predicted("nobody", "i0")
        #expect(stranger.rating > 3 && stranger.isKnown == false)
    }

    @Test func aModelThatPredictsNoRatingsSaysSo() throws {
        let folder = try trained()
        for arguments in [
            ["predict", "--snapshot", "clicks", "--user", "u0", "--item", "i0"],
            ["evaluate", "--snapshot", "clicks", "--truth", "test.jsonl", "--ratings"],
        ] {
            let result = try Executable.run(arguments, in: folder)
            #expect(result.code == 64 && result.errors.contains("trainer=sgd"), "\(result.errors)")
        }
    }
}

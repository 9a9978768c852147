import Foundation
import FreshetCore
import FreshetData
import FreshetModels
import Testing

@testable import freshet

@Suite struct TuningTests {
    @Test func formsOfASearch() throws {
        let space = try SearchSpace(["c=1..4", "a=x,y", "b=[1,2];[3]", "e=0.001..0.1(log)", "d=2..64(log)"])
        let expected: [SearchDimension.Values] = [
            .choices(["x", "y"]), .choices(["[1,2]", "[3]"]), .whole(1...4, isLogarithmic: false),
            .whole(2...64, isLogarithmic: true), .real(0.001...0.1, isLogarithmic: true),
        ]
        #expect(space.dimensions.map(\.values) == expected)
        let draws = (1...400).map { space.draw(seed: 7, trial: $0) }
        #expect(Set(draws.compactMap { $0["c"] }) == ["1", "2", "3", "4"])
        let widths = draws.compactMap { Int($0["d"] ?? "") }
        #expect(widths.count == 400 && widths.allSatisfy { 2...64 ~= $0 })
        let rates = draws.compactMap { Double($0["e"] ?? "") }
        #expect(rates.count == 400 && rates.allSatisfy { 0.001...0.1 ~= $0 })
        // Half of a logarithmic range lies below its geometric mean.
        #expect(abs(rates.count { $0 < 0.01 } - 200) < 60)
        #expect(space.draw(seed: 7, trial: 3) == draws[2] && space.draw(seed: 8, trial: 3) != draws[2])
    }

    @Test(arguments: ["a", "=1", "a=", "a=3..1", "a=x..y", "a=0..1(log)", "a=1,2(log)", "a=1..inf", "a=nan..1"])
    func malformedSearches(text: String) {
        let error = #expect(throws: FreshetError.self) { try SearchSpace([text]) }
        #expect(error?.kind == .usage)
    }

    @Test func repeatedSettingsAreRefused() {
        #expect(throws: FreshetError.self) { try SearchSpace(["a=1", "a=2"]) }
    }

    @Test func defaultSearchesFitTheirModels() throws {
        for (name, texts) in DefaultSearchSpace.byModel {
            let model = try ModelRegistry.model(named: name)
            let space = try SearchSpace(texts)
            let data = TrainingData(dataset: .init(users: .init(), items: .init(), histories: .init()))
            for trial in 1...20 {
                _ = try model.makeLearner(overrides: space.draw(seed: 1, trial: trial), data: data)
            }
        }
    }

    @Test func roundsOfHalving() {
        func rounds(_ trials: Int) -> [Int] { Tuner.rounds(.halving, trials: trials, rounds: 3).map(\.trials) }
        #expect(rounds(27) == [27, 9, 3])
        #expect(rounds(4) == [4, 2])
        #expect(rounds(1) == [1])
        let shares = Tuner.rounds(.halving, trials: 27, rounds: 3).map(\.share)
        #expect(zip(shares, [1.0 / 9, 1.0 / 3, 1]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(Tuner.rounds(.random, trials: 27, rounds: 3).map(\.trials) == [27])
    }

    @Test func aShareOfTheTrainingIsEpochsOrUsers() throws {
        let histories = Histories(offsets: [0, 2, 4, 6, 8], items: [0, 1, 1, 0, 0, 1, 1, 0].map { ItemIndex($0) })
        let users = IdentifierTable(["a", "b", "c", "d"])
        let dataset = Dataset(users: users, items: IdentifierTable(["x", "y"]), histories: histories)
        let holdouts = (0..<4).map { Holdout(user: UserIndex($0), item: ItemIndex(0)) }
        let data = TrainingData(dataset: dataset, validation: holdouts)
        func budget(_ text: String) -> TrialBudget { TrialBudget(configuration: JSONValue(text: text), data: data) }
        #expect(budget(#"{"epochs":30}"#).apply(1.0 / 3).overrides == ["epochs": "10"])
        #expect(
            budget(#"{"trainer":"als","als":{"iterations":3}}"#).apply(1.0 / 9).overrides == ["als.iterations": "1"]
        )
        #expect(budget(#"{"epochs":30}"#).apply(1).overrides.isEmpty)
        let half = budget(#"{"k":1}"#).apply(0.5)
        #expect(half.overrides.isEmpty && half.data.histories.offsets == [0, 0, 2, 2, 4])
        #expect(half.data.validation.map(\.user) == [UserIndex(1), UserIndex(3)])
        #expect(half.data.itemCount == 2)
    }

    @Test func aLogGoesOnWithTheSameSearchOnly() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("log.jsonl")
        var search = SearchDescription(model: "m", settings: [:], search: ["a=1"], seed: 1, dataFingerprint: "0")
        let trial = Trial(trial: 1, budget: 1.0 / 3, settings: ["a": "1"], ndcg: 0.5, hitRate: 0.75, seconds: 1)
        try TrialLog(path: path, search: search).add(trial)
        // As when the process died while it wrote the next line.
        try folder.write(folder.read("log.jsonl") + #"{"trial":2,"bud"#, to: "log.jsonl")
        let log = try TrialLog(path: path, search: search)
        #expect(log.trials == [trial])
        try log.add(trial)
        #expect(try TrialLog(path: path, search: search).trials == [trial, trial])
        search.seed = 2
        #expect(throws: FreshetError.self) { try TrialLog(path: path, search: search) }
        try folder.write("{}\n", to: "other")
        #expect(throws: FreshetError.self) { try TrialLog(path: folder.path("other"), search: search) }
        let untouched = try folder.read("other")
        #expect(untouched == "{}\n")
    }

    @Test(arguments: ["random", "halving"])
    func tuneGoesOnWhereItStopped(method: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(TinyData.training, to: "train.tsv")
        func tune(_ trials: Int) throws -> [String: Any] {
            let result = try folder.freshet(
                "tune",
                "--data",
                "train.tsv",
                "--model",
                "co-visitation",
                "--method",
                method,
                "--trials",
                "\(trials)",
                "--search",
                "backward=0..1.0",
                "--output",
                "log.jsonl",
                "--json",
                "--threads",
                "1"
            )
            #expect(result.code == 0, "\(result.errors)")
            return try result.json()
        }
        _ = try tune(2)
        let before = try folder.read("log.jsonl").split(separator: "\n")
        let report = try tune(5)
        let after = try folder.read("log.jsonl").split(separator: "\n")
        #expect(Array(after.prefix(before.count)) == before && after.count > before.count)
        let best = try #require(report["best"] as? [String: Any])
        #expect((best["ndcg@10"] as? Double ?? 0) > 0 && best["settings"] is [String: String])
    }

    /// Two groups of users who go through the items of their group.
    private func folderOfGroups() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let lines = (0..<24).flatMap { user in
            (0..<8).map { place in "u\(user)\ti\(2 * ((user + place) % 10) + user % 2)\t\(1000 + place)" }
        }
        try folder.write("user\titem\ttime\n" + lines.joined(separator: "\n"), to: "train.tsv")
        return folder
    }

    /// What a trial is worth is what cross-validation says of its settings, and the log goes on with the same folds only.
    @Test(arguments: ["users", "events"])
    func trialsAreJudgedByCrossValidation(by parts: String) throws {
        let folder = try folderOfGroups()
        let data = ["--data", "train.tsv", "--model", "ease", "--threads", "1", "--seed", "3", "--json"]
        let words = ["--trials", "3", "--search", "regularization=1,1000,100000", "--output", "log.jsonl"]
        let tuned = try Executable.run(
            ["tune"] + data + words + ["--folds", "3", "--by", parts],
            in: folder
        )
        #expect(tuned.code == 0, "\(tuned.errors)")
        let report = try tuned.json()
        #expect((report["folds"] as? [String: Any])?["count"] as? Int == 3)
        let best = try #require(report["best"] as? [String: Any])
        let settings = try #require(best["settings"] as? [String: String])
        let validated = try Executable.run(
            ["cross-validate"] + data + ["--folds", "3", "--by", parts, "--resamples", "2"]
                + settings.flatMap { ["--set", "\($0.key)=\($0.value)"] },
            in: folder
        )
        #expect(validated.code == 0, "\(validated.errors)")
        let metrics = try validated.json()["metrics"] as? [String: [String: Any]]
        let figure = try #require(metrics?["ndcg@10"])
        #expect(best["ndcg@10"] as? Double == figure["mean"] as? Double && (best["ndcg@10"] as? Double ?? 0) > 0.1)
        #expect(best["deviation"] as? Double == figure["deviation"] as? Double)
        let other = try Executable.run(["tune"] + data + words + ["--folds", "4", "--by", parts], in: folder)
        #expect(other.code != 0 && other.errors.contains("another search"), "\(other.errors)")
    }

    /// A share of the training is one of every fold's.
    @Test func halvingTakesAShareOfEveryFold() throws {
        let folder = try folderOfGroups()
        let result = try folder.freshet(
            "tune",
            "--data",
            "train.tsv",
            "--model",
            "matrix-factorization",
            "--method",
            "halving",
            "--rounds",
            "2",
            "--trials",
            "3",
            "--search",
            "factors=2,4,8",
            "--folds",
            "2",
            "--output",
            "log.jsonl",
            "--threads",
            "1",
            "--json"
        )
        #expect(result.code == 0, "\(result.errors)")
        let lines = try folder.read("log.jsonl").split(separator: "\n").dropFirst()
        let trials = try lines.map { try JSONDecoder().decode(Trial.self, from: Data($0.utf8)) }
        let third = 1.0 / 3
        #expect(trials.map(\.budget) == [third, third, third, 1])
        #expect(trials.allSatisfy { $0.deviation != nil })
    }
}

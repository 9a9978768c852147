import Foundation

/// Options that are missing, unknown, out of range or against each other.
enum BadOptions {
    /// A command line in a folder with tiny data and a snapshot, blanks between the arguments.
    private static func line(_ name: String, code: Int32 = 64, says: String..., arguments: String) -> BadCase {
        var bad = BadCase(name, code: code) { folder in
            try Fixture.copy(into: folder)
            return arguments.split(separator: " ").map(String.init)
        }
        bad.expect(says)
        return bad
    }

    private static let train = "train --data train.tsv --output out"
    private static let evaluate = "evaluate --truth test.tsv"

    static let cases: [BadCase] = [
        line("unknown command", says: "fly", arguments: "fly"),
        line("unknown option", says: "--fast", arguments: "stats --data train.tsv --fast"),
        line("unknown model", says: "oracle", "co-visitation", "popularity", arguments: "\(train) --model oracle"),
        line("unknown preset", says: "huge", "plain", arguments: "\(train) --model co-visitation --preset huge"),
        line("unknown format", says: "morse", "pairs", arguments: "\(train) --model popularity --format morse"),
        line("unknown setting", says: "speed", "backward", arguments: "\(train) --model co-visitation --set speed=1"),
        line(
            "a setting into a value",
            says: "backward.x",
            arguments: "\(train) --model co-visitation --set backward.x=1"
        ),
        line(
            "a setting of another type",
            says: "backward",
            arguments: "\(train) --model co-visitation --set backward=much"
        ),
        line(
            "a setting out of range",
            says: "backward",
            "-1",
            arguments: "\(train) --model co-visitation --set backward=-1"
        ),
        line(
            "a setting beyond numbers",
            says: "backward",
            arguments: "\(train) --model co-visitation --set backward=1e999"
        ),
        line(
            "a setting twice",
            says: "twice",
            arguments: "\(train) --model co-visitation --set backward=1 --set backward=2"
        ),
        line("a setting without value", says: "--set", arguments: "\(train) --model co-visitation --set backward"),
        line("no model", says: "--model", arguments: train),
        line("no output", says: "--output", arguments: "train --data train.tsv --model popularity"),
        line("no data", says: "--data", arguments: "train --model popularity --output out"),
        line("no threads", says: "--threads", arguments: "\(train) --model popularity --threads 0"),
        line("a million threads", says: "--threads", arguments: "\(train) --model popularity --threads 1000000"),
        line("a negative seed", says: "seed", arguments: "\(train) --model popularity --seed -1"),
        line("times in the wrong order", says: "--from", arguments: "stats --data train.tsv --from 9 --until 3"),
        line("a negative core", says: "core", arguments: "stats --data train.tsv --core -1"),
        line("a policy that is not there", says: "some", arguments: "stats --data train.tsv --duplicates some"),
        line("columns without roles", says: "role=name", arguments: "stats --data train.tsv --columns user"),
        line("nobody to recommend to", says: "--all-users", arguments: "recommend --snapshot model"),
        line(
            "everybody and somebody",
            says: "--all-users",
            arguments: "recommend --snapshot model --all-users --user user1"
        ),
        line("no items to recommend", says: "--count", arguments: "recommend --snapshot model --all-users --count 0"),
        line("an unknown user", says: "nobody", "user0", arguments: "recommend --snapshot model --user nobody"),
        line(
            "an unknown item in a history",
            says: "thing",
            "item-",
            arguments: "recommend --snapshot model --history thing"
        ),
        line("an unknown item to compare", says: "thing", "item-", arguments: "similar --snapshot model --item thing"),
        line("nothing to evaluate", says: "--snapshot", arguments: evaluate),
        line(
            "two things to evaluate",
            says: "--snapshot",
            arguments: "\(evaluate) --snapshot model --recommendations x"
        ),
        line("cutoffs of nothing", says: "--cutoffs", arguments: "\(evaluate) --snapshot model --cutoffs 0"),
        line("cutoffs in words", says: "--cutoffs", arguments: "\(evaluate) --snapshot model --cutoffs ten"),
        line("one resample", says: "--resamples", arguments: "\(evaluate) --snapshot model --resamples 1"),
        line(
            "no negatives",
            says: "--sampled-negatives",
            arguments: "\(evaluate) --snapshot model --sampled-negatives 0"
        ),
        line(
            "negatives for a file",
            says: "--snapshot",
            arguments: "\(evaluate) --recommendations x --sampled-negatives 9"
        ),
        line(
            "a time to split at without times",
            says: "times",
            arguments: "split --data train.tsv --by time --at 5 --output o"
        ),
        line("a split by time without one", says: "--at", arguments: "split --data train.tsv --by time --output o"),
        line("one fold", says: "fold", arguments: "split --data train.tsv --by folds --folds 1 --output o"),
        line(
            "more folds than users",
            says: "fold",
            arguments: "split --data train.tsv --by folds --folds 99 --output o"
        ),
        line(
            "a search of nothing",
            says: "--search",
            arguments: "tune --data train.tsv --model popularity --search halfLifeDays --output t"
        ),
        line(
            "a search of an unknown setting",
            says: "speed",
            arguments: "tune --data train.tsv --model popularity --search speed=1,2 --output t"
        ),
        line("parts of a model without", says: "--parts", arguments: "\(train) --model popularity --parts model,model"),
        line("one part", says: "two", arguments: "\(train) --model hybrid --parts model"),
        line(
            "parts with weights",
            says: "weights",
            arguments: "\(train) --model hybrid --parts model,model --set weights=[1,2]"
        ),
        line(
            "no trials",
            says: "--trials",
            arguments: "tune --data train.tsv --model popularity --trials 0 --output t"
        ),
        line(
            "nothing to resume",
            says: "finished",
            arguments: "train --data train.tsv --model popularity --output model --resume"
        ),
    ]
}

extension BadCase {
    fileprivate mutating func expect(_ words: [String]) { self = BadCase(copying: self, says: words) }

    private init(copying other: BadCase, says: [String]) {
        name = other.name
        code = other.code
        prepare = other.prepare
        self.says = says
    }
}

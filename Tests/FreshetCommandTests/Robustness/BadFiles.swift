import Foundation

/// Snapshots, checkpoints and lists that are damaged, and places that cannot be written to.
enum BadFiles {
    /// A command line in a folder with tiny data and a snapshot, after something happened to it.
    private static func after(
        _ name: String,
        code: Int32 = 1,
        says: String,
        _ arguments: String,
        _ happens: @escaping @Sendable (TemporaryFolder) throws -> Void = { _ in }
    ) -> BadCase {
        BadCase(name, code: code, says: says) { folder in
            try Fixture.copy(into: folder)
            try happens(folder)
            return arguments.split(separator: " ").map(String.init)
        }
    }

    private static let recommend = "recommend --snapshot model --all-users --output recs.tsv"
    private static let evaluate = "evaluate --recommendations recs.tsv --truth test.tsv"
    private static let resume = "train --data train.tsv --model popularity --output model --resume"

    private static func remove(_ name: String) -> @Sendable (TemporaryFolder) throws -> Void {
        { try FileManager.default.removeItem(atPath: $0.path(name)) }
    }

    /// An unfinished training whose checkpoint holds some bytes.
    private static func unfinished(_ bytes: Data) -> @Sendable (TemporaryFolder) throws -> Void {
        { folder in
            try remove("model/manifest.json")(folder)
            try folder.write(bytes, to: "model/training.safetensors")
        }
    }

    static let cases: [BadCase] = [
        after("no snapshot", says: "no such folder", "recommend --snapshot none --all-users"),
        after("a file for a snapshot", says: "train.tsv", "recommend --snapshot train.tsv --all-users"),
        after("no manifest", says: "manifest.json", recommend, remove("model/manifest.json")),
        after("an empty manifest", says: "manifest.json", recommend) { try $0.write("", to: "model/manifest.json") },
        after("a manifest cut off", says: "manifest.json", recommend) {
            try $0.damage("model/manifest.json") { $0.removeLast($0.count / 2) }
        },
        after("another figure in the manifest", says: "checksum", recommend) {
            let text = try $0.read("model/manifest.json")
            try $0.write(text.replacing("\"seed\" : 1", with: "\"seed\" : 2"), to: "model/manifest.json")
        },
        after("a manifest of the future", says: "newer", recommend) {
            let text = try $0.read("model/manifest.json")
            try $0.write(
                text.replacing(/"formatVersion" : [0-9]+/, with: "\"formatVersion\" : 99"),
                to: "model/manifest.json"
            )
        },
        after("no weights", says: "weights.safetensors", recommend, remove("model/weights.safetensors")),
        after("weights cut off", says: "weights.safetensors", recommend) {
            try $0.damage("model/weights.safetensors") { $0.removeLast(3) }
        },
        after("no data", says: "data.safetensors", recommend, remove("model/data.safetensors")),
        after("weights of another model", says: "weights.safetensors", recommend) { folder in
            try folder.freshet("train", "--data", "test.tsv", "--model", "co-visitation", "--output", "other")
            try folder.write(folder.bytes("other/weights.safetensors"), to: "model/weights.safetensors")
        },
        after("a folder for a file", says: "weights.safetensors", recommend) {
            try remove("model/weights.safetensors")($0)
            try FileManager.default.createDirectory(
                atPath: $0.path("model/weights.safetensors"),
                withIntermediateDirectories: false
            )
        },
        after("a training checkpoint cut off", says: "training.safetensors", resume, unfinished(Data(count: 9))),
        after("an empty training checkpoint", says: "training.safetensors", resume, unfinished(Data())),
        after("an unfinished training", says: "--resume", recommend, unfinished(Data())),
        after(
            "a folder below a file",
            says: "train.tsv",
            "train --data train.tsv --model popularity --output train.tsv/out"
        ),
        after(
            "a file in the snapshot's place",
            says: "test.tsv",
            "train --data train.tsv --model popularity --output test.tsv"
        ),
        after(
            "a place that nobody may write to",
            says: "/proc",
            "train --data train.tsv --model popularity --output /proc/out"
        ),
        after(
            "a list below a missing folder",
            says: "none/recs.tsv",
            "recommend --snapshot model --all-users --output none/recs.tsv"
        ),
        after("a folder in the list's place", says: "model", "recommend --snapshot model --all-users --output model"),
        after(
            "a list onto a full device",
            says: "No space",
            "recommend --snapshot model --all-users --output /dev/full"
        ),
        after("an import below a file", says: "test.tsv", "import --data train.tsv --output test.tsv/out"),
        after("a split below a file", says: "test.tsv", "split --data train.tsv --output test.tsv/out"),
        after(
            "trials below a file",
            says: "test.tsv",
            "tune --data train.tsv --model popularity --trials 1 --output test.tsv/t"
        ),
        after(
            "trials into something else",
            code: 64,
            says: "test.tsv",
            "tune --data train.tsv --model popularity --output test.tsv"
        ),
        after("no lists", says: "recs.tsv", evaluate),
        after("empty lists", says: "recs.tsv", evaluate) { try $0.write("\n", to: "recs.tsv") },
        after("lists without tabs", says: "line 2", evaluate) {
            try $0.write("user1\tx,y\nuser2 x,y\n", to: "recs.tsv")
        },
        after("lists that are not text", says: "line 1", evaluate) {
            try $0.write(Data([0x75, 0x09, 0xFF, 0x00, 0x0A]), to: "recs.tsv")
        },
        after("lists of broken JSON", says: "line 1", evaluate) {
            try $0.write("{\"user\":\"user1\"}\n", to: "recs.tsv")
        },
        after("two lists of a user", says: "user1", evaluate) { try $0.write("user1\tx\nuser1\ty\n", to: "recs.tsv") },
        after("a truth that is empty", says: "test.tsv", "evaluate --snapshot model --truth test.tsv") {
            try $0.write("", to: "test.tsv")
        },
        after(
            "parts of other data",
            says: "other data",
            "train --data test.tsv --model hybrid --parts model,model --output out"
        ),
        after("ids that cannot stand in a list", says: ".jsonl", "recommend --snapshot commas --all-users") { folder in
            try folder.write("a\tx,y\na\tz\nb\tz\n", to: "commas.tsv")
            try folder.freshet(
                "train",
                "--data",
                "commas.tsv",
                "--format",
                "pairs",
                "--model",
                "popularity",
                "--output",
                "commas"
            )
        },
    ]
}

import Foundation

/// Event logs that are empty, broken, absurd or at the edge of what makes sense.
enum BadData {
    private static let train = [
        "train", "--data", "log", "--model", "co-visitation", "--threads", "1", "--output", "out",
    ]

    /// A training on a log of some bytes.
    private static func log(
        _ name: String,
        code: Int32 = 1,
        says: String,
        options: [String] = [],
        _ bytes: @autoclosure @escaping @Sendable () -> Data
    ) -> BadCase {
        BadCase(name, code: code, says: says) { folder in
            try folder.write(bytes(), to: "log")
            return train + options
        }
    }

    /// A training on a log of some text.
    private static func text(
        _ name: String,
        code: Int32 = 1,
        says: String,
        options: [String] = [],
        _ text: @autoclosure @escaping @Sendable () -> String
    ) -> BadCase {
        log(name, code: code, says: says, options: options, Data(text().utf8))
    }

    private static let pairs = ["--format", "pairs"]
    private static let utf8 = pairs + ["--encoding", "utf-8"]
    private static let good = "a\tx\na\ty\nb\ty\nb\tx\n"
    private static let long = String(repeating: "i", count: 10_000)

    static let cases: [BadCase] = [
        text("empty file", says: "empty", ""),
        text("blank lines only", says: "log", options: pairs, "\n\n\n"),
        log("binary file", says: "not text", Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 37) })),
        log("UTF-16", code: 0, says: "utf-16", good.data(using: .utf16) ?? Data()),
        log("ids that are not UTF-8", says: "not UTF-8", options: utf8, Data("a\t".utf8) + Data([0xFF, 0xFE, 0x0A])),
        log(
            "an id that is not UTF-8 among others",
            code: 0,
            says: "not UTF-8",
            options: utf8,
            Data(good.utf8) + Data("a\t".utf8) + Data([0xC3, 0x28, 0x0A])
        ),
        log(
            "an id that is not UTF-8, strictly",
            says: "5",
            options: utf8 + ["--strict"],
            Data(good.utf8) + Data("a\t".utf8) + Data([0xC3, 0x28, 0x0A])
        ),
        text("NUL bytes in an id", code: 0, says: "NUL", options: pairs, good + "a\tx\0y\n"),
        text("NUL bytes, strictly", says: "NUL", options: pairs + ["--strict"], good + "a\tx\0y\n"),
        text("ids of 10 kB among others", code: 0, says: "256", options: pairs, good + "\(long)\tx\na\t\(long)\n"),
        text("ids of 10 kB only", says: "256", options: pairs, "\(long)\tx\n"),
        text(
            "a line of 3 MB",
            code: 0,
            says: "dropped",
            options: pairs,
            good + "a\t" + String(repeating: "long", count: 750_000) + "\n"
        ),
        text("empty ids", says: "empty", options: pairs, "\tx\na\t\n"),
        text("three fields", says: "malformed", options: pairs, "a\tx\t3\n"),
        text("one field", says: "log", options: pairs, "abc\ndef\n"),
        text("no format at all", code: 64, says: "format", "times\nworst\nbest\n"),
        text("negative times", says: "time", "user,item,time\na,x,-5\na,y,-9\n"),
        text("absurd times", says: "time", "user,item,time\na,x,99999999999999\na,y,1e300\n"),
        text(
            "times beyond 64 bits among others",
            code: 0,
            says: "dropped",
            "user,item,time\na,x,5\na,y,6\nb,x,7\na,z,99999999999999999999999\n"
        ),
        text("a header only", says: "event", "user,item,time\n"),
        text(
            "a column that is not there",
            code: 64,
            says: "when",
            options: ["--columns", "time=when"],
            "user,item\na,x\n"
        ),
        text(
            "a role that is not there",
            code: 64,
            says: "who",
            options: ["--columns", "who=user"],
            "user,item\na,x\n"
        ),
        text(
            "values that are not numbers",
            says: "not a number",
            options: ["--strict"],
            "user,item,value\na,x,nan\na,y,lots\n"
        ),
        text("JSON lines cut off", says: "malformed", options: ["--format", "jsonl"], "{\"user\":\"a\",\n{\"user\":"),
        text("JSON lines of something else", says: "malformed", options: ["--format", "jsonl"], "{\"a\":1}\n[2]\n"),
        text(
            "JSON nested 100,000 deep",
            says: "log",
            options: ["--format", "jsonl"],
            String(repeating: "[", count: 100_000)
        ),
        text("one user of one event", code: 0, says: "1 events", options: pairs, "a\tx\n"),
        text("one item", code: 0, says: "1 items", options: pairs, "a\tx\nb\tx\nb\tx\n"),
        text("one user", code: 0, says: "1 users", options: pairs, "a\tx\na\ty\na\tz\n"),
        text(
            "a user of 100,000 events",
            code: 0,
            says: "100000 events",
            options: pairs,
            (0..<100_000).map { "a\ti\($0 % 50)\n" }.joined()
        ),
        text("nobody in the core", says: "core", options: pairs + ["--core", "50"], good),
        text("a packed file cut off", says: "log", good).packed(dropping: 7),
        text("a packed file with damage", says: "log", good).packed(dropping: 0),
        BadCase("a name that promises gzip", says: "gzip") { folder in
            try folder.write(good, to: "log.gz")
            return ["stats", "--data", "log.gz"]
        },
        BadCase("a missing file", says: "no such file", "log") { _ in ["stats", "--data", "log"] },
        BadCase("a folder of something else", code: 64, says: "notes.txt") { folder in
            try FileManager.default.createDirectory(atPath: folder.path("log"), withIntermediateDirectories: true)
            try folder.write("hello", to: "log/notes.txt")
            return ["stats", "--data", "log"]
        },
        BadCase("an endless device", says: "/dev/zero") { _ in ["stats", "--data", "/dev/zero"] },
        BadCase("nothing at all", says: "empty") { _ in ["stats", "--data", "/dev/null"] },
        BadCase("a catalogue that is broken", says: "items.jsonl") { folder in
            try FileManager.default.createDirectory(atPath: folder.path("log"), withIntermediateDirectories: true)
            try folder.write("{\"user\":\"a\",\"item\":\"x\"}\n", to: "log/events.jsonl")
            try folder.write("{\"id\":7}\n", to: "log/items.jsonl")
            return ["stats", "--data", "log", "--strict"]
        },
    ]
}

extension BadCase {
    /// The same with its log packed by gzip and damaged: cut off by some bytes, or else with some overwritten.
    fileprivate func packed(dropping count: Int) -> BadCase {
        BadCase(name, code: code, says: says[0]) { folder in
            let arguments = try prepare(folder)
            let text = String(repeating: try folder.read("log"), count: 500)
            try folder.write(
                (0..<2000).map { "u\($0 * 7919 % 641)\ti\($0 * 104_729 % 997)\n" }.joined() + text,
                to: "log"
            )
            let packer = try Executable.run(["-n", "log"], of: "/bin/gzip", in: folder)
            guard packer.code == 0 else { throw TestFailure(message: packer.errors) }
            try folder.damage("log.gz") { bytes in
                if count > 0 {
                    bytes.removeLast(count + bytes.count / 2)
                } else {
                    for place in (bytes.count / 3)..<(bytes.count / 3 + 16) { bytes[place] = 0x55 }
                }
            }
            return arguments.map { $0 == "log" ? "log.gz" : $0 }
        }
    }
}

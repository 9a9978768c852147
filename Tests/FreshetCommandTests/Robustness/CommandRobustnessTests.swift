import Foundation
import Testing

/// Bad input of every kind: a clear message, the right exit code, no crash, no damaged or left-over file.
@Suite struct CommandRobustnessTests {
    @Test func thereAreEnoughCases() {
        #expect(BadData.cases.count + BadOptions.cases.count + BadFiles.cases.count >= 40)
    }

    @Test(arguments: BadData.cases) func badData(_ bad: BadCase) throws { try check(bad) }

    @Test(arguments: BadOptions.cases) func badOptions(_ bad: BadCase) throws { try check(bad) }

    @Test(arguments: BadFiles.cases) func badFiles(_ bad: BadCase) throws { try check(bad) }

    private func check(_ bad: BadCase) throws {
        let folder = try TemporaryFolder()
        let arguments = try bad.prepare(folder)
        let before = try folder.contents()
        let result = try Executable.run(arguments, in: folder)
        #expect(!result.isCrash, "signal \(result.code): \(result.errors)")
        #expect(result.code == bad.code, "\(result.errors)")
        for words in bad.says { #expect(result.errors.localizedStandardContains(words), "\(result.errors)") }
        guard bad.code != 0 else { return }
        #expect(result.output.isEmpty, "\(result.output)")
        #expect(!result.errors.contains("Fatal") && !result.errors.contains("DecodingError"), "\(result.errors)")
        // What was there is as it was, and nothing half-written stays beside it.
        let after = try folder.contents()
        for (name, bytes) in before { #expect(after[name] == bytes, "\(name) changed") }
        let left = after.keys.filter { $0.contains(".new-") || $0.hasSuffix(".partial") }
        #expect(left.isEmpty, "\(left)")
    }

    /// A limit on the size of files stands for a full disk, wherever the tests run.
    @Test(arguments: [
        "train --data train.tsv --model popularity --output model --force",
        "train --data train.tsv --model popularity --output other",
        "import --data train.tsv --output other",
        "recommend --snapshot model --all-users --output recommendations.tsv",
        "tune --data train.tsv --model popularity --trials 9 --output trials.jsonl",
    ])
    func aFullDiskLeavesTheOldFiles(arguments: String) throws {
        let folder = try TemporaryFolder()
        try Fixture.copy(into: folder)
        try folder.write("old\n", to: "recommendations.tsv")
        let before = try folder.contents()
        let result = try Executable.run(
            ["-c", "ulimit -f 1; exec '\(Executable.path)' \(arguments) --quiet"],
            of: "/bin/sh",
            in: folder
        )
        #expect(!result.isCrash && result.code == 1, "\(result.code) \(result.errors)")
        #expect(result.errors.contains("Cannot write"), "\(result.errors)")
        let after = try folder.contents()
        for (name, bytes) in before { #expect(after[name] == bytes, "\(name) changed") }
    }

    @Test func standardOutputThatTakesNothing() throws {
        let folder = try TemporaryFolder()
        try Fixture.copy(into: folder)
        for arguments in ["recommend --snapshot model --all-users", "stats --data train.tsv --json"] {
            let result = try Executable.run(
                ["-c", "exec '\(Executable.path)' \(arguments) > /dev/full"],
                of: "/bin/sh",
                in: folder
            )
            #expect(!result.isCrash && result.code == 1)
            #expect(result.errors.contains("standard output") && result.errors.contains("No space"), "\(result.errors)")
        }
    }

    @Test func damageAnywhereInASnapshotIsNoticed() throws {
        let folder = try TemporaryFolder()
        try Fixture.copy(into: folder)
        for name in ["manifest.json", "weights.safetensors", "data.safetensors"] {
            let path = "model/\(name)"
            let whole = try folder.bytes(path)
            for place in [0, 8, whole.count / 3, whole.count - 1] {
                try folder.damage(path) { $0[place] ^= 0x10 }
                let result = try folder.freshet("recommend", "--snapshot", "model", "--all-users")
                #expect(result.code == 1 && !result.isCrash && result.output.isEmpty, "\(name) \(place)")
                #expect(result.errors.contains(name), "\(result.errors)")
                try folder.write(whole, to: path)
            }
        }
    }
}

extension TemporaryFolder {
    /// Every file under the folder that tests did not put there for themselves, with its bytes.
    func contents() throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: path) ?? .init()
        where !name.hasPrefix(".") {
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path(name), isDirectory: &isDirectory)
            contents[name] = isDirectory.boolValue ? Data() : try bytes(name)
        }
        return contents
    }
}

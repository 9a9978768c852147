import Foundation
import FreshetCore
import FreshetData
import Testing

/// Bad input ends in a clear error, or in a report that says what was dropped; never in a crash.
@Suite struct RobustnessTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func read(_ data: Data, format: String? = nil) throws -> ImportResult {
        try DatasetReader().read(path: folder.write(data, to: "events"), format: format)
    }

    func error(_ data: Data, format: String? = nil) -> FreshetError? {
        #expect(throws: FreshetError.self) { try read(data, format: format) }
    }

    @Test(arguments: [nil, "pairs", "jsonl", "csv", "sequences", "movielens-1m", "amazon-reviews"])
    func refusesEmptyFiles(format: String?) {
        let error = error(Data(), format: format)
        #expect(error?.kind == .invalidData)
        #expect(error?.message.contains("is empty") == true)
    }

    @Test(arguments: [nil, "pairs", "jsonl", "csv"])
    func refusesBinaryFiles(format: String?) {
        let binary = Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 89 ^ $0 >> 3) })
        #expect(error(binary, format: format)?.message.contains("not text") == true)
    }

    @Test func dropsBadIdentifiers() throws {
        let long = String(repeating: "i", count: 10_000)
        // Two characters beside one fault: the file is UTF-8 with damage, and not in another encoding.
        var data = Data("a x\né ü\n".utf8)
        data += [0x62, 0xFF, 0x20, 0x78, 0x0A]  // b, a byte that is no UTF-8, and x
        data += Data("c\0 x\nd \(long)\n\ty\ne \(String(repeating: "k", count: 256))\n".utf8)
        let result = try read(data, format: "pairs")
        #expect(result.dataset.users.count == 3)
        #expect(result.dataset.items.count == 3)
        let report = result.report
        #expect(report.count(of: .identifierNotUTF8) == 1)
        #expect(report.count(of: .identifierWithNUL) == 1)
        #expect(report.count(of: .longIdentifier) == 1)
        #expect(report.count(of: .emptyIdentifier) == 1)
        #expect(report.description.contains("of 10000 bytes"))
        #expect(report.description.utf8.count < 1000)
    }

    @Test func dropsAbsurdTimes() throws {
        let times = ["-5", "99999999999999", "9223372036854775807", "-9223372036854775808", "1e300", "0x10", "12"]
        let text = "user,item,time\n" + times.map { "a,x,\($0)\n" }.joined()
        let report = try read(Data(text.utf8)).report
        #expect(report.eventsKept == 1)
        #expect(report.count(of: .timeOutOfRange) + report.count(of: .malformedLine) == 6)
        #expect(report.count(of: .timeOutOfRange) >= 2)
    }

    @Test func saysMillisecondsWhenAllTimesAreInThem() throws {
        var options = ImportOptions()
        options.timeUnit = .seconds
        let path = try folder.write("user,item,time\na,x,1700000000000\n", to: "events")
        let table = #expect(throws: FreshetError.self) { try DatasetReader(options: options).read(path: path) }
        #expect(table?.message.contains("1 × time in another unit") == true)
        #expect(table?.message.contains("'1700000000000' is in milliseconds") == true)
        let native = error(Data(#"{"user":"a","item":"x","time":1700000000000}"#.utf8))
        #expect(native?.message.contains("1 × time out of range") == true)
        #expect(native?.remedy?.contains("milliseconds") == true)
    }

    @Test func saysWhatWasDroppedWhenNothingIsLeft() {
        let error = error(Data("a\nb\n\n".utf8), format: "pairs")
        #expect(error?.kind == .invalidData)
        #expect(error?.message.contains("2 × malformed line") == true)
        #expect(error?.message.contains("events:1: not two fields") == true)
    }

    @Test func readsAUserOfManyEvents() throws {
        let sequence = "u " + (0..<100_000).map { "i\($0 % 1000)" }.joined(separator: " ") + "\nv i1\n"
        let lines = (0..<100_000).map { "u i\($0 % 1000)\n" }.joined() + "v i1\n"
        for text in [sequence, lines] {
            let dataset = try read(Data(text.utf8)).dataset
            #expect(dataset.histories.offsets == [0, 100_000, 100_001])
            #expect(dataset.items.count == 1000)
        }
    }

    @Test func readsOneEvent() throws {
        let dataset = try read(Data("u i".utf8)).dataset
        #expect(dataset.users.count == 1)
        #expect(dataset.leavingLastOut().holdouts.isEmpty)
        #expect(DatasetStatistics(of: dataset).density == 1)
    }

    @Test func reportsMissingPathsAndFolders() throws {
        let missing = #expect(throws: FreshetError.self) { try DatasetReader().read(path: folder.path + "/nothing") }
        #expect(missing?.kind == .external)
        let empty = #expect(throws: FreshetError.self) { try DatasetReader().read(path: folder.path) }
        #expect(empty?.kind == .usage)
        let lacking = #expect(throws: FreshetError.self) {
            try DatasetReader().read(path: folder.path, format: "goodbooks")
        }
        #expect(lacking?.message.contains("ratings.tsv or ratings.csv") == true)
        let unknown = #expect(throws: FreshetError.self) { try DatasetReader().read(path: folder.path, format: "xml") }
        #expect(unknown?.remedy?.contains("pairs") == true)
    }

    /// The system's administrator may read everything, so there is nothing to see as such.
    @Test(.enabled(if: getuid() != 0)) func reportsAFolderThatCannotBeRead() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: folder.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
        let error = #expect(throws: FreshetError.self) { try DatasetReader().read(path: folder.path) }
        #expect(error?.kind == .external)
    }

    @Test func refusesTooManyEventTypes() throws {
        let text = "user,item,type\n" + (0..<300).map { "a,x,t\($0)\n" }.joined()
        let result = try read(Data(text.utf8))
        #expect(result.dataset.eventTypes.count == 255)
        #expect(result.report.count(of: .malformedLine) == 45)
    }

    @Test func cutsOfAPackedFileAreReported() throws {
        for packed in [PackedFixtures.longXZ, PackedFixtures.gzip] {
            let error = error(packed.dropLast(9), format: "pairs")
            #expect(error?.kind == .invalidData)
            #expect(error?.message.contains("damaged") == true)
        }
    }

    @Test func guessingSurvivesRandomBytes() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let bytes = (0..<300).map { _ in
                Array("ab12 \t\n\r,;:|\"{}[]\\\0\u{FF}".utf8).randomElement(using: &generator)!
            }
            do {
                _ = try read(Data(bytes))
            } catch is FreshetError {
                continue
            }
        }
    }
}

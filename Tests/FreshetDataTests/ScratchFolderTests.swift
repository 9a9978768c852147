import Foundation
import FreshetCore
import Testing

@testable import FreshetData

struct ScratchFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// How many pieces of this process's memory are files of the folder.
    private func coveredPieces() throws -> Int {
        // Line by line: Foundation takes the first short read of such a file for its end.
        guard let file = fopen("/proc/self/maps", "r") else { throw CocoaError(.fileReadNoSuchFile) }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 8192)
        var pieces = 0
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if text.contains(folder.path + "/freshet-scratch-") { pieces += 1 }
        }
        return pieces
    }

    /// Whether an array lies in the folder.
    private func isCovered<Element>(_ array: [Element]) throws -> Bool {
        try withExtendedLifetime(array) { try coveredPieces() >= 1 }
    }

    @Test func arrayInFolderIsAnArrayLikeAnyOther() throws {
        let scratch: ScratchFolder? = try ScratchFolder(folder.path, minimumLength: 1)
        let count = 100_000
        var numbers: [Int32] = try scratch.array(count: count) { numbers in
            for place in 0..<count { numbers.initializeElement(at: place, to: Int32(place)) }
        }
        #expect(try isCovered(numbers))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty, "the file has no name")
        #expect(numbers == (0..<Int32(count)).map(\.self))
        let copy = numbers
        numbers[7] = -1
        #expect(copy[7] == 7 && numbers[7] == -1 && numbers[8] == 8)
        numbers.append(5)
        #expect(numbers.count == count + 1 && numbers.last == 5)
    }

    @Test func filesAreGoneWithTheirArrays() throws {
        let scratch: ScratchFolder? = try ScratchFolder(folder.path)
        let count = 1 << 24
        do {
            var numbers: [Int64] = try scratch.array(count: count) { $0.initialize(repeating: 7) }
            #expect(try isCovered(numbers))
            numbers.append(8)
            numbers[3] = 9
            #expect(numbers.count == count + 1 && numbers[count - 1] == 7 && numbers[3] == 9)
        }
        #expect(try coveredPieces() == 0)
    }

    @Test func columnsGrowInTheFolder() throws {
        let scratch: ScratchFolder? = try ScratchFolder(folder.path, minimumLength: 1)
        var numbers: [Int64] = []
        for number in 0..<100_000 {
            try scratch.append(Int64(number), to: &numbers)
        }
        #expect(numbers == (0..<100_000).map(\.self))
        #expect(try isCovered(numbers))
    }

    @Test func shortArraysStayInMemory() throws {
        let scratch: ScratchFolder? = try ScratchFolder(folder.path)
        let numbers: [Int32] = try scratch.array(count: 100_000) { $0.initialize(repeating: 1) }
        #expect(try numbers.count == 100_000 && coveredPieces() == 0)
    }

    /// The same log, cleaned and split in the folder and in memory, gives the same events.
    @Test func logInFolderIsTheSameLog() throws {
        let lines = (0..<30_000).map { event in
            "u\(event * 7919 % 401),i\(event * 104_729 % 97),\(event % 5 + 1),\(1_600_000_000 + event * 31 % 20_011)"
        }
        let path = try folder.write((["user,item,rating,timestamp"] + lines).joined(separator: "\n"), to: "log.csv")
        var options = ImportOptions()
        options.duplicates = .keepLast
        options.itemCore = 3
        let plain = try DatasetReader(options: options).read(path: path).dataset
        options.scratch = try ScratchFolder(folder.path, minimumLength: 1)
        let dataset = try DatasetReader(options: options).read(path: path).dataset
        #expect(try isCovered(dataset.histories.items))
        try expectSame(dataset.histories, plain.histories)
        try expectSame(dataset.leavingLastOut().training.histories, plain.leavingLastOut().training.histories)
        #expect(dataset.histories.eventCount > 10_000 && !dataset.histories.weights.isEmpty)
    }

    private func expectSame(_ first: Histories, _ second: Histories) throws {
        #expect(first.offsets == second.offsets && first.items == second.items && first.times == second.times)
        #expect(first.types == second.types && first.values == second.values && first.weights == second.weights)
    }

    @Test func folderThatIsNotThereIsNamed() {
        let error = #expect(throws: FreshetError.self) { try ScratchFolder("/nowhere/at/all") }
        #expect(error?.kind == .external && error?.description.contains("/nowhere/at/all") == true)
    }
}

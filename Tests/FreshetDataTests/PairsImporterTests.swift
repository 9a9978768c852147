import Foundation
import FreshetCore
import FreshetData
import Testing

@Suite struct PairsImporterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: ["a x\nb y\na z\n", "a\tx\r\nb\ty\r\na\tz", "  a   x \n\nb y\na z\n", "\u{FEFF}a x\nb y\na z\n"])
    func readsUsersInOrderOfTheFile(text: String) throws {
        let result = try DatasetReader().read(path: folder.write(text, to: "events.txt"))
        #expect(result.format == "pairs")
        #expect(Array(result.dataset.users.identifiers) == ["a", "b"])
        #expect(Array(result.dataset.items.identifiers) == ["x", "y", "z"])
        #expect(result.dataset.histories.offsets == [0, 2, 3])
        #expect(result.dataset.histories.items.map(\.position) == [0, 2, 1])
        #expect(result.dataset.histories.times.isEmpty)
        #expect(result.dataset.eventTypes == [.view])
        #expect(result.report.drops.isEmpty)
    }

    @Test func countsMalformedLines() throws {
        let path = try folder.write("a x\nb\na b c\nb y\n", to: "events.txt")
        let report = try DatasetReader().read(path: path, format: "pairs").report
        #expect(report.count(of: .malformedLine) == 2)
        #expect(report.drops.first?.examples.map(\.line) == [2, 3])
        #expect(report.eventsKept == 2)
    }
}

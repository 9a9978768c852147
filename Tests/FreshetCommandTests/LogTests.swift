import Foundation
import Logging
import Testing

@testable import freshet

@Suite struct LogTests {
    private static let error = "The disk is full.\nFree \"some\" space.\u{1b}[2J"

    private func line(_ format: LineLogHandler.Format) -> String {
        var handler = LineLogHandler(label: "freshet.engine", format: format, logLevel: .info)
        handler[metadataKey: "part"] = "storage"
        let event = LogEvent(
            level: .error,
            message: "it does\nnot work",
            metadata: ["error": "\(Self.error)", "ids": ["a", "b"]],
            source: nil,
            file: "",
            function: "",
            line: 1
        )
        return handler.line(of: event, at: Date(timeIntervalSince1970: 1_700_000_000.25))
    }

    @Test func textIsOneLineWithoutWhatATerminalObeys() {
        let line = line(.text)
        #expect(line.hasPrefix("2023-11-14T22:13:20.250Z error freshet.engine: it does not work "))
        #expect(line.contains(#"error="The disk is full. Free \"some\" space.\\u{1b}[2J""#))
        #expect(line.contains(" part=storage"))
        #expect(!line.unicodeScalars.contains { $0.value < 32 })
    }

    @Test func jsonIsOneLineThatSaysTheSame() throws {
        let line = line(.json)
        #expect(!line.contains("\n"))
        let entry = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(entry["level"] as? String == "error")
        #expect(entry["logger"] as? String == "freshet.engine")
        #expect(entry["message"] as? String == "it does\nnot work")
        #expect(entry["time"] as? String == "2023-11-14T22:13:20.250Z")
        let metadata = try #require(entry["metadata"] as? [String: Any])
        #expect(metadata["error"] as? String == Self.error)
        #expect(metadata["ids"] as? [String] == ["a", "b"])
        #expect(metadata["part"] as? String == "storage")
    }
}

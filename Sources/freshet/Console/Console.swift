import Foundation
import FreshetCore
import FreshetModels
import FreshetNN

/// Where a command speaks: results on standard output, everything else on standard error.
struct Console: Sendable {
    /// Whether the result is one JSON object instead of words.
    let isJSON: Bool
    /// Whether notes and progress are left out.
    let isQuiet: Bool

    /// Writes the result, as words or as JSON.
    /// - Throws: ``FreshetError`` when standard output cannot take it, such as a full disk.
    func result(_ json: some Encodable, words: () -> String) throws {
        try Self.write(isJSON ? String(decoding: SnapshotJSON.encode(json, pretty: true), as: UTF8.self) : words())
    }

    /// Says something beside the result.
    func note(_ text: String) {
        if !isQuiet { Self.complain(text) }
    }

    /// Writes a line to standard error.
    static func complain(_ text: String) {
        // Nobody is left to tell when standard error is closed.
        try? write(text, to: STDERR_FILENO, name: "standard error")
    }

    /// Writes text and a line's end to standard output.
    static func write(_ text: String) throws {
        try write(text, to: STDOUT_FILENO, name: "standard output")
    }

    private static func write(_ text: String, to descriptor: Int32, name: String) throws {
        var text = text.hasSuffix("\n") ? text : text + "\n"
        try text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = Foundation.write(descriptor, part.baseAddress, part.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw FreshetError.system("write to", name, code: errno) }
                rest = rest.dropFirst(count)
            }
        }
    }
}

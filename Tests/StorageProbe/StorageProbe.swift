import Foundation
import FreshetStorage

/// A process that writes to a store until it is killed, or measures how fast a store is.
@main struct StorageProbe {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let mode = arguments.first, arguments.count == 3 else {
            FileHandle.standardError.write(Data("usage: StorageProbe hammer|measure FOLDER ROUND|EVENTS\n".utf8))
            exit(64)
        }
        let (folder, number) = (arguments[2], Int(arguments[3]) ?? 0)
        if mode == "hammer" {
            try await Hammer(folder: folder, round: number).run()
        } else {
            try await Measurement(folder: folder, events: number).run()
        }
    }
}

import ArgumentParser
import Foundation
import FreshetCore

/// The folder that a command writes.
struct OutputFolder: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The folder to write; new or empty, unless --force is given.", valueName: "folder")
    )
    var path: String

    @OptionGroup var overwriting: Overwriting

    /// Refuses a folder in which something is, before the work begins.
    /// - Throws: ``FreshetError`` of kind `usage`.
    func check() throws { try overwriting.check(path) }
}

/// Whether a command may write over what is there: not unless somebody says so.
struct Overwriting: ParsableArguments {
    @Flag(help: "Write into the output folder though there is something in it.")
    var force = false

    /// Refuses a folder in which something is.
    /// - Throws: ``FreshetError`` of kind `usage`.
    func check(
        _ folder: String,
        remedy: String = "Give another --output, or --force to write over what is there."
    ) throws {
        guard !force, let names = try? FileManager.default.contentsOfDirectory(atPath: folder), !names.isEmpty else {
            return
        }
        throw FreshetError(.usage, "The folder '\(folder)' is not empty.", remedy: remedy)
    }
}

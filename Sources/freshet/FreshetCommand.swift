import ArgumentParser
import FreshetTensor

/// A command: it takes the common options and speaks through a ``Console``.
protocol FreshetCommand: ParsableCommand {
    /// Seed, threads and the form of the output.
    var common: CommonOptions { get }

    /// Does the work.
    /// - Throws: ``FreshetError``, whose kind decides the exit code.
    func execute(_ console: Console) throws
}

extension FreshetCommand {
    /// Called by the argument parser.
    func run() throws {
        try execute(Console(isJSON: common.json, isQuiet: common.quiet))
    }
}

/// A command that talks to a running engine, or runs one.
protocol LiveCommand: AsyncParsableCommand {
    /// The form of the output.
    var output: OutputOptions { get }

    /// Does the work.
    /// - Throws: ``FreshetError``, whose kind decides the exit code.
    func execute(_ console: Console) async throws
}

extension LiveCommand {
    /// Called by the argument parser.
    func run() async throws {
        try await execute(Console(isJSON: output.json, isQuiet: output.quiet))
    }
}

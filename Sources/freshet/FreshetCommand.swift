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

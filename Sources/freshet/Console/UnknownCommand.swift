import ArgumentParser
import FreshetCore

/// A mistyped command, which the argument parser calls an unexpected argument and no more.
enum UnknownCommand {
    /// The error for the first argument that should name a command and does not; `nil` where all do.
    static func error(in arguments: some Collection<String>, of root: any ParsableCommand.Type) -> FreshetError? {
        var command = root
        var path: [String] = []
        for argument in arguments {
            let subcommands = command.configuration.subcommands
            guard !subcommands.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return nil }
            path.append(command._commandName)
            guard let next = subcommands.first(where: { $0._commandName == argument }) else {
                let names = subcommands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
                return FreshetError(
                    .usage,
                    "There is no command '\(argument)'.\(Spelling.question(for: argument, among: names))",
                    remedy: "'\(path.joined(separator: " ")) --help' lists them: \(names.joined(separator: ", "))."
                )
            }
            command = next
        }
        return nil
    }
}

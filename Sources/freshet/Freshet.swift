import ArgumentParser

/// The command line.
@main
struct Freshet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freshet",
        abstract: "Learn what users want next from what they do."
    )
}

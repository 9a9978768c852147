import ArgumentParser

/// How a command that works with a live engine speaks.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Write the result as one JSON object.")
    var json = false

    @Flag(name: .shortAndLong, help: "Leave out notes and progress.")
    var quiet = false
}

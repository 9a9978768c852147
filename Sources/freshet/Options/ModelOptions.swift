import ArgumentParser
import FreshetCore
import FreshetModels

/// Which model, with which settings.
struct ModelOptions: ParsableArguments {
    @Option(
        help: """
            The model: \(ModelRegistry.all.map(\.name).joined(separator: ", ")); of rows of features \
            \(FactorizationMachine.name).
            """
    )
    var model: String

    @Option(help: "The settings to start from; the best recipe for the data's size unless given.")
    var preset: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Change one setting; may come more than once.", valueName: "key=value")
    )
    var settings: [Assignment] = []

    /// The model's row of the registry.
    /// - Throws: ``FreshetError`` of kind `usage` when there is none that learns from events.
    func description() throws -> ModelDescription {
        guard model != FactorizationMachine.name else {
            throw FreshetError(
                .usage,
                "The model \(model) learns from rows of features, not from events.",
                remedy: "Train it by: freshet train --format csv --data FILE --model \(model) --output FOLDER"
            )
        }
        return try ModelRegistry.model(named: model)
    }

    /// The settings to change.
    func overrides() throws -> [String: String] { try Assignment.dictionary(settings, option: "set") }
}

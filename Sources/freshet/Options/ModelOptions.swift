import ArgumentParser
import FreshetCore
import FreshetModels

/// Which model, with which settings.
struct ModelOptions: ParsableArguments {
    @Option(help: "The model: \(ModelRegistry.all.map(\.name).joined(separator: ", ")).")
    var model: String

    @Option(help: "The settings to start from; the best recipe for the data's size unless given.")
    var preset: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Change one setting; may come more than once.", valueName: "key=value")
    )
    var settings: [Assignment] = []

    /// The model's row of the registry.
    func description() throws -> ModelDescription { try ModelRegistry.model(named: model) }

    /// The settings to change.
    func overrides() throws -> [String: String] { try Assignment.dictionary(settings, option: "set") }
}

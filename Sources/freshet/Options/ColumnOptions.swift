import ArgumentParser
import FreshetCore
import FreshetData

/// What is known of the columns of a table whose rows are learned from, where it is not seen from them.
struct ColumnOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "With --format csv: the column that says what came of a row, a yes or a no; label, clicked, click or target "
                + "unless given.",
            valueName: "column"
        )
    )
    var label: String?

    @Option(
        help: ArgumentHelp(
            "With --format csv: columns whose numbers are names, each a feature, such as ids.",
            valueName: "column,…"
        )
    )
    var categories: [String] = []

    @Option(
        help: ArgumentHelp(
            "With --format csv: columns whose numbers are quantities, which become ranges.",
            valueName: "column,…"
        )
    )
    var ranges: [String] = []

    @Option(help: ArgumentHelp("With --format csv: columns that are not learned from.", valueName: "column,…"))
    var leaveOut: [String] = []

    /// Whether any of the options was given.
    var isGiven: Bool { label != nil || !categories.isEmpty || !ranges.isEmpty || !leaveOut.isEmpty }

    /// The same for the library.
    /// - Throws: ``FreshetError`` of kind `usage` for a column that is to be two things.
    func choices() throws -> FeatureColumns.Choices {
        var choices = FeatureColumns.Choices()
        choices.label = label
        choices.leftOut = Set(Self.names(leaveOut))
        for (names, kind) in [(Self.names(categories), FeatureColumn.Kind.numbers), (Self.names(ranges), .ranges)] {
            for name in names where choices.kinds.updateValue(kind, forKey: name) ?? kind != kind {
                throw FreshetError(.usage, "The column '\(name)' is given as categories and as ranges.")
            }
        }
        return choices
    }

    private static func names(_ options: [String]) -> [String] {
        options.flatMap { $0.split(separator: ",").map(String.init) }
    }
}

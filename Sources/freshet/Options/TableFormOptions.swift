import ArgumentParser
import FreshetData

/// How a table is written, where that is not seen from it.
struct TableFormOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What parts a table's fields: a sign, ::, tab or blanks. Recognised when left out.",
            valueName: "sign"
        )
    )
    var separator: TableDialect.Separator?

    @Option(help: "Whether a table's first row names its columns: auto, yes or no.")
    var header = ImportOptions.HeaderPolicy.auto

    @Option(help: "The encoding of text: utf-8, utf-16le, utf-16be or windows-1252. Recognised when left out.")
    var encoding: TextEncoding?

    /// The same for the library.
    var importOptions: ImportOptions {
        var options = ImportOptions()
        (options.separator, options.header, options.encoding) = (separator, header, encoding)
        return options
    }
}

/// What is wrong with a filter expression, and where.
public struct FilterSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The character that it is wrong at, counted from 1; one behind the last for an expression that ends too early.
    public let position: Int
    /// What is wrong, and what would be right.
    public let message: String

    /// Where and what, as the end of a sentence about the expression.
    public var description: String { "is wrong at character \(position): \(message)" }

    /// Creates an error at a byte of the expression.
    init(_ message: String, at byte: Int, of text: String) {
        self.message = message
        // A byte within a character stands for the character.
        position = text.utf8.prefix(byte).count { $0 & 0xC0 != 0x80 } + 1
    }
}

extension FreshetError {
    /// The mistake in a filter expression, as an error of the call.
    public init(_ error: FilterSyntaxError, in text: String) {
        self.init(
            .usage,
            "The filter '\(text.prefix(200))' \(error.description).",
            remedy: "Documentation/Filters.md has the whole language on one page."
        )
    }
}

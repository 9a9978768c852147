/// How strictly JSON is read.
package struct JSONRules: Sendable {
    /// How many levels of objects and arrays may stand within each other.
    package var maximumDepth: Int
    /// Whether a comma may stand before a closing bracket.
    package var allowsTrailingComma: Bool
    /// Whether a field may be there twice; the first one counts then.
    package var allowsRepeatedFields: Bool
    /// Whether an object may have fields that its reader does not know.
    package var allowsUnknownFields: Bool

    /// What Foundation's parser accepts, for files that other programs wrote.
    package static let files = JSONRules(
        maximumDepth: 512,
        allowsTrailingComma: true,
        allowsRepeatedFields: true,
        allowsUnknownFields: true
    )

    /// RFC 8259 to the letter, without repeated and without unknown fields, for what strangers send.
    ///
    /// Two readers may take different ones of two fields of one name, which is how a check is talked past; so such an
    /// object is refused (RFC 8259, section 4; I-JSON, RFC 7493, section 2.3).
    /// A misspelt field must not pass for one that was left out.
    package static let requests = JSONRules(
        maximumDepth: 32,
        allowsTrailingComma: false,
        allowsRepeatedFields: false,
        allowsUnknownFields: false
    )
}

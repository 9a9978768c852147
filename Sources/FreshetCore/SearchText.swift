/// What a text that a user looks for must be.
public enum SearchText {
    /// The longest, in bytes.
    public static let longest = 2_000

    /// What is wrong with a text, or `nil`.
    public static func problem(with text: some Collection<UInt8>) -> String? {
        if text.count > longest { return "has \(text.count) bytes, more than \(longest)" }
        if text.contains(0) { return "has a NUL byte" }
        // Nothing but blanks and control characters.
        return text.allSatisfy { $0 <= 0x20 } ? "is empty" : nil
    }
}

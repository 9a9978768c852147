/// External ids, as a caller writes them.
enum Identifier {
    /// The longest id, in bytes of UTF-8.
    static let maximumLength = 256

    /// What is wrong with an id, or `nil`.
    static func problem(_ id: String) -> String? {
        guard !id.isEmpty else { return "must not be empty" }
        guard id.utf8.count <= maximumLength else {
            return "has \(id.utf8.count) bytes; at most \(maximumLength) are allowed"
        }
        return id.utf8.contains(0) ? "must not hold a zero byte" : nil
    }
}

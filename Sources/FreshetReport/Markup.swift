/// Builds HTML and SVG text in which every piece of outside text is escaped.
///
/// What it writes is well-formed XML too, so a test can parse it.
struct Markup: Sendable {
    private(set) var text = ""

    /// Adds an element with escaped text in it.
    mutating func element(_ name: String, _ attributes: [(String, String)] = [], text content: String) {
        element(name, attributes) { $0.add(content) }
    }

    /// Adds an element with others in it.
    mutating func element(
        _ name: String,
        _ attributes: [(String, String)] = [],
        _ content: (inout Markup) -> Void
    ) {
        open(name, attributes)
        text += ">"
        content(&self)
        text += "</\(name)>"
    }

    /// Adds an element that has no content.
    mutating func empty(_ name: String, _ attributes: [(String, String)]) {
        open(name, attributes)
        text += "/>"
    }

    /// Adds escaped text.
    mutating func add(_ content: String) { text += Self.escape(content) }

    /// Adds other markup as it stands.
    mutating func add(_ markup: Markup) { text += markup.text }

    /// Adds a style sheet or a declaration of ours as it stands.
    mutating func addRaw(_ content: StaticString) { text += content.description }

    private mutating func open(_ name: String, _ attributes: [(String, String)]) {
        text += "<\(name)"
        for (key, value) in attributes { text += " \(key)=\"\(Self.escape(value))\"" }
    }

    /// Text that means itself in XML; characters that XML forbids become `U+FFFD`.
    static func escape(_ content: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(content.utf8.count)
        for scalar in content.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n", "\r": escaped.unicodeScalars.append(scalar)
            case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

#if PostgreSQL
import CLibPQ

/// The address of a server, as libpq reads it.
struct PostgresAddress {
    /// The same as keywords and values, without what is secret.
    let withoutPassword: String
    /// Whether something secret is in it.
    let hasPassword: Bool

    /// Reads an address; `nil` when libpq cannot.
    init?(_ address: String) {
        var words: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(address, &words) else {
            PQfreemem(words)
            return nil
        }
        defer { PQconninfoFree(options) }
        var (parts, place, secrets) = ([String](), 0, 0)
        while let keyword = options[place].keyword {
            let option = options[place]
            place += 1
            // libpq marks with a star what a form must not show.
            let isSecret = option.dispchar.map { $0.pointee == CChar(bitPattern: UInt8(ascii: "*")) } ?? false
            guard let value = option.val else { continue }
            guard !isSecret else {
                secrets += 1
                continue
            }
            parts.append("\(String(cString: keyword))=\(Self.quoted(String(cString: value)))")
        }
        (withoutPassword, hasPassword) = (parts.joined(separator: " "), secrets > 0)
    }

    private static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\\") }
        return isPlain ? value : "'\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }
}
#endif

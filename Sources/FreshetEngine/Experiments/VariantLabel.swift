/// The names under which answers are kept: `experiment:variant`, several between commas.
enum VariantLabel {
    /// The name in the place of a variant's where several answered together.
    static let together = "interleaved"
    /// The longest id of an experiment or variant.
    static let maximumLength = 64

    /// The label of a variant.
    static func text(_ experiment: String, _ variant: String) -> String { experiment + ":" + variant }

    /// The experiments and variants of a label.
    static func parts(_ label: String) -> [(experiment: Substring, variant: Substring)] {
        label.split(separator: ",").compactMap { part in
            guard let colon = part.firstIndex(of: ":") else { return nil }
            return (part[..<colon], part[part.index(after: colon)...])
        }
    }

    /// Whether a text can be the id of an experiment or the name of a variant.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maximumLength
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
            }
    }
}

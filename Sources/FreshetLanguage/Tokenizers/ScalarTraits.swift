import Foundation

/// What a tokenizer asks about a Unicode scalar.
///
/// The tokenizers that models were trained with know the Unicode of their time, and different parts of them another one;
/// what came later is unassigned to them. A model learned from what they saw, so the ages are kept.
struct ScalarTraits: OptionSet, Sendable {
    let rawValue: UInt8

    /// White space.
    static let blank = ScalarTraits(rawValue: 1)
    /// A letter, as regular expressions have it (Unicode 16).
    static let letter = ScalarTraits(rawValue: 2)
    /// A digit or another number, as regular expressions have it (Unicode 16).
    static let number = ScalarTraits(rawValue: 4)
    /// Punctuation to BERT: every ASCII symbol, and Unicode 8's.
    static let punctuation = ScalarTraits(rawValue: 8)
    /// A control character or format character, which BERT leaves out.
    static let control = ScalarTraits(rawValue: 16)
    /// A mark that stands over another character, which BERT leaves out after decomposition (Unicode 8).
    static let accent = ScalarTraits(rawValue: 32)
    /// A Chinese character, which BERT takes for a word.
    static let ideograph = ScalarTraits(rawValue: 64)
    /// A scalar that normal forms leave alone, because it is younger than the tables that were used.
    static let unnormalized = ScalarTraits(rawValue: 128)

    /// The traits of the scalars below U+10000; the others are rare.
    private static let table: [ScalarTraits] = (0..<0x10000).map { Unicode.Scalar($0).map(computed) ?? [] }

    /// The traits of a scalar.
    static func of(_ scalar: Unicode.Scalar) -> ScalarTraits {
        scalar.value < 0x10000 ? table[Int(scalar.value)] : computed(scalar)
    }

    private static func computed(_ scalar: Unicode.Scalar) -> ScalarTraits {
        let properties = scalar.properties
        let age = properties.age.map { $0.major } ?? .max
        var traits: ScalarTraits = properties.isWhitespace ? .blank : []
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: traits.insert(.letter)
        case .decimalNumber, .letterNumber, .otherNumber: traits.insert(.number)
        case .control, .format, .privateUse: traits.insert(.control)
        case .nonspacingMark: traits.insert(.accent)
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            traits.insert(.punctuation)
        default: break
        }
        if age > 8 { traits.subtract([.control, .accent, .punctuation]) }
        if age > 11 { traits.insert(.unnormalized) }
        if age > 16 { traits.subtract([.letter, .number]) }
        switch scalar.value {
        case 9, 10, 13: traits.remove(.control)
        case 0, 0xFFFD: traits.insert(.control)
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: traits.insert(.punctuation)
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF,
            0xF900...0xFAFF, 0x2F800...0x2FA1F:
            traits.insert(.ideograph)
        // Scalars whose category changed after Unicode 8.
        case 0x1734, 0x1171E: traits.insert(.accent)
        case 0x1885, 0x1886, 0xA9BD: traits.remove(.accent)
        case 0x111C9: traits.formSymmetricDifference([.accent, .punctuation])
        case 0x166D: traits.insert(.punctuation)
        default: break
        }
        return traits
    }
}

/// Reading scalars from bytes that are known to be UTF-8.
extension ArraySlice<UInt8> {
    /// The scalar that begins at an index, and where the next one does.
    func scalar(at index: Int) -> (scalar: Unicode.Scalar, next: Int) {
        let first = self[index]
        if first < 0x80 { return (Unicode.Scalar(first), index + 1) }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var value = UInt32(first) & (0xFF >> UInt32(length + 1))
        for byte in self[(index + 1)..<Swift.min(index + length, endIndex)] { value = value << 6 | UInt32(byte & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", Swift.min(index + length, endIndex))
    }

    /// Calls a function with every scalar, its traits and its place.
    func forEachScalar(_ body: (_ scalar: Unicode.Scalar, _ traits: ScalarTraits, _ place: Range<Int>) -> Void) {
        var index = startIndex
        while index < endIndex {
            let (scalar, next) = scalar(at: index)
            body(scalar, ScalarTraits.of(scalar), index..<next)
            index = next
        }
    }

    /// How many scalars there are.
    var scalarCount: Int { reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) } }
}

extension [UInt8] {
    /// Adds a scalar.
    mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.value < 0x80 { append(UInt8(scalar.value)) } else { append(contentsOf: UTF8.encode(scalar)!) }
    }
}

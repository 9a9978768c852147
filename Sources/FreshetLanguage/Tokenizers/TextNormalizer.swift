import Foundation
import FreshetCore

/// What happens to a text before it is cut into words: steps that are taken one after another.
struct TextNormalizer: Sendable {
    /// One step.
    enum Step: Sendable {
        /// What BERT does to a text.
        case bert(BertNormalizer)
        /// Every scalar in lower case, whatever stands around it.
        case lowercase
        /// A normal form.
        case normalForm(NormalForm)
        /// Without marks of any kind.
        case stripMarks
        /// Without white space at an end.
        case strip(left: Bool, right: Bool)
        /// Every occurrence of a string replaced.
        case replace([UInt8], with: [UInt8])
        /// Every run of at least two blanks replaced.
        case replaceBlanks(with: [UInt8])
        /// A string put before every text that is not empty.
        case prepend([UInt8])
        /// What a table of SentencePiece says.
        case characterMap(CharacterMap)
    }

    /// The steps in their order.
    var steps: [Step] = []

    /// The text after all steps.
    func normalized(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        steps.reduce(text) { text, step in Self.apply(step, text) }
    }

    private static func apply(_ step: Step, _ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        switch step {
        case .bert(let bert): bert.normalized(text)
        case .lowercase: lowercased(text)
        case .normalForm(let form): form.applied(to: text)
        case .stripMarks: withoutMarks(text)
        case .strip(let left, let right): stripped(text, left: left, right: right)
        case .replace(let pattern, let replacement): replaced(text, pattern, with: replacement)
        case .replaceBlanks(let replacement): blanksReplaced(text, with: replacement)
        case .prepend(let prefix): text.isEmpty ? text : prefix + text
        case .characterMap(let map): map.applied(to: text)
        }
    }

    /// Scalar by scalar, so that Σ is σ at the end of a word too.
    static func lowercased(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if text.allSatisfy({ $0 < 0x80 }) { return ArraySlice(text.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }) }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        text.forEachScalar { scalar, _, _ in
            if scalar.value < 0x80 {
                let byte = UInt8(scalar.value)
                result.append(0x41...0x5A ~= byte ? byte | 0x20 : byte)
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            }
        }
        return result[...]
    }

    private static func withoutMarks(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var result: [UInt8] = []
        text.forEachScalar { scalar, _, place in
            let properties = scalar.properties
            // The tables that this step is known by are of Unicode 9.
            let isKnown = (properties.age?.major ?? .max) <= 9
            switch properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark: if !isKnown { result += text[place] }
            default: result += text[place]
            }
        }
        return result[...]
    }

    private static func stripped(_ text: ArraySlice<UInt8>, left: Bool, right: Bool) -> ArraySlice<UInt8> {
        var content: Range<Int>?
        text.forEachScalar { _, traits, place in
            if !traits.contains(.blank) { content = (content?.lowerBound ?? place.lowerBound)..<place.upperBound }
        }
        guard let content else { return left || right ? [] : text }
        return text[(left ? content.lowerBound : text.startIndex)..<(right ? content.upperBound : text.endIndex)]
    }

    private static func replaced(
        _ text: ArraySlice<UInt8>,
        _ pattern: [UInt8],
        with replacement: [UInt8]
    ) -> ArraySlice<UInt8> {
        var result: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == pattern[0] && text[index...].starts(with: pattern) {
                result += replacement
                index += pattern.count
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result[...]
    }

    private static func blanksReplaced(_ text: ArraySlice<UInt8>, with replacement: [UInt8]) -> ArraySlice<UInt8> {
        var result: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            let end = text[index...].firstIndex { $0 != 0x20 } ?? text.endIndex
            if end - index >= 2 {
                result += replacement
                index = end
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result[...]
    }
}

/// A normal form of Unicode.
enum NormalForm: String, Sendable {
    case canonicalDecomposition = "NFD"
    case canonicalComposition = "NFC"
    case compatibilityDecomposition = "NFKD"
    case compatibilityComposition = "NFKC"

    /// The text in the form; scalars younger than the tables stand as they are and part what is beside them.
    func applied(to text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if text.allSatisfy({ $0 < 0x80 }) { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var start = text.startIndex
        text.forEachScalar { _, traits, place in
            guard traits.contains(.unnormalized) else { return }
            result += form(text[start..<place.lowerBound]).utf8
            result += text[place]
            start = place.upperBound
        }
        result += form(text[start...]).utf8
        return result[...]
    }

    private func form(_ text: ArraySlice<UInt8>) -> String {
        let text = String(decoding: text, as: UTF8.self)
        return switch self {
        case .canonicalDecomposition: text.decomposedStringWithCanonicalMapping
        case .canonicalComposition: text.precomposedStringWithCanonicalMapping
        case .compatibilityDecomposition: text.decomposedStringWithCompatibilityMapping
        case .compatibilityComposition: text.precomposedStringWithCompatibilityMapping
        }
    }
}

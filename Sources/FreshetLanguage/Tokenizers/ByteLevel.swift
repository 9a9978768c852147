/// GPT-2's cut of a text (Radford and others, 2019), and its bytes as characters that can be printed.
///
/// The cut is that of the expression `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, read in one
/// pass.
struct ByteLevel: Sendable, Equatable {
    /// The character that stands for each byte: itself where it can be printed, else the next one from U+0100 on.
    static let characters: [[UInt8]] = {
        var next: UInt32 = 0x100
        return (0..<256).map { byte in
            switch byte {
            case 33...126, 161...172, 174...255: return Array(String(Unicode.Scalar(UInt8(byte))).utf8)
            default:
                defer { next += 1 }
                return Array(String(Unicode.Scalar(next)!).utf8)
            }
        }
    }()

    /// Whether a blank is put before a text that begins with none.
    var addsBlank = false
    /// Whether the text is cut, or is one word.
    var cuts = true

    func cut(_ text: ArraySlice<UInt8>, into words: inout [ArraySlice<UInt8>]) {
        let text = addsBlank && text.first != 0x20 ? [0x20] + text : text
        var index = text.startIndex
        while index < text.endIndex {
            let end = cuts ? Self.end(of: text, from: index) : text.endIndex
            words.append(Self.printable(text[index..<end]))
            index = end
        }
    }

    private static func printable(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if word.allSatisfy({ 33...126 ~= $0 }) { return word }
        var result: [UInt8] = []
        result.reserveCapacity(word.count * 2)
        for byte in word { result += characters[Int(byte)] }
        return result[...]
    }

    /// The end of the word that begins at an index.
    private static func end(of text: ArraySlice<UInt8>, from start: Int) -> Int {
        if text[start] == UInt8(ascii: "'"), let end = contractionEnd(text, from: start) { return end }
        let afterBlank = text[start] == 0x20 ? start + 1 : start
        if afterBlank < text.endIndex {
            let kind = kind(of: ScalarTraits.of(text.scalar(at: afterBlank).scalar))
            if kind != .blank { return runEnd(text, from: afterBlank, of: kind) }
        }
        let end = runEnd(text, from: start, of: .blank)
        if end == text.endIndex { return end }
        // The last blank of several belongs to what follows; a single one stands alone, as it is no U+0020 then.
        var last = end - 1
        while text[last] & 0xC0 == 0x80 { last -= 1 }
        return last > start ? last : end
    }

    private static func contractionEnd(_ text: ArraySlice<UInt8>, from start: Int) -> Int? {
        for ending in ["s", "t", "re", "ve", "m", "ll", "d"] as [StaticString] {
            let end = start + 1 + ending.utf8CodeUnitCount
            let bytes = UnsafeBufferPointer(start: ending.utf8Start, count: ending.utf8CodeUnitCount)
            if end <= text.endIndex, text[(start + 1)..<end].elementsEqual(bytes) { return end }
        }
        return nil
    }

    private enum Kind { case letter, number, blank, other }

    private static func kind(of traits: ScalarTraits) -> Kind {
        traits.contains(.letter)
            ? .letter : traits.contains(.number) ? .number : traits.contains(.blank) ? .blank : .other
    }

    private static func runEnd(_ text: ArraySlice<UInt8>, from start: Int, of kind: Kind) -> Int {
        var index = start
        while index < text.endIndex {
            let (scalar, next) = text.scalar(at: index)
            guard Self.kind(of: ScalarTraits.of(scalar)) == kind else { break }
            index = next
        }
        return index
    }
}

/// What BERT does to a text before it cuts it (Devlin and others, 2019): controls out, Chinese characters apart, accents off,
/// lower case.
struct BertNormalizer: Sendable, Equatable {
    /// Whether control characters are left out and white space becomes blanks.
    var cleansText = true
    /// Whether Chinese characters stand alone.
    var partsIdeographs = true
    /// Whether accents are left out.
    var stripsAccents = true
    /// Whether letters become lower case.
    var lowercases = true

    func normalized(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isASCII = text.allSatisfy { $0 < 0x80 }
        var result = cleansText || partsIdeographs && !isASCII ? cleaned(text) : text
        if stripsAccents && !isASCII { result = withoutAccents(result) }
        return lowercases ? TextNormalizer.lowercased(result) : result
    }

    private func cleaned(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        text.forEachScalar { _, traits, place in
            if cleansText && traits.contains(.control) { return }
            if cleansText && traits.contains(.blank) {
                result.append(0x20)
            } else if partsIdeographs && traits.contains(.ideograph) {
                result.append(0x20)
                result += text[place]
                result.append(0x20)
            } else {
                result += text[place]
            }
        }
        return result[...]
    }

    private func withoutAccents(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let decomposed = NormalForm.canonicalDecomposition.applied(to: text)
        var result: [UInt8] = []
        result.reserveCapacity(decomposed.count)
        decomposed.forEachScalar { _, traits, place in
            if !traits.contains(.accent) { result += decomposed[place] }
        }
        return result[...]
    }
}

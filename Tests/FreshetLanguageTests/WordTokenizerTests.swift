import FreshetLanguage
import Testing

@Suite struct WordTokenizerTests {
    @Test(arguments: [
        ("Toy Story (1995)", ["toy", "story", "1995"]),
        ("L'Été à Paris", ["l'été", "à", "paris"]),
        ("don’t 'quote' rock'n'roll''", ["don't", "quote", "rock'n'roll"]),
        ("WHITE_HANGING heart-T-light", ["white", "hanging", "heart", "t", "light"]),
        ("ÅNGSTRÖM İstanbul straße", ["ångström", "i̇stanbul", "straße"]),
        ("Война и мир", ["война", "и", "мир"]),
        ("東京都", ["東", "京", "都", "東京", "京都"]),
        ("iPhone用ケース", ["iphone", "用", "ケ", "ー", "ス", "用ケ", "ケー", "ース"]),
        ("한국 영화", ["한", "국", "한국", "영", "화", "영화"]),
        ("मानक हिन्दी", ["मानक", "हिन्दी"]),
        ("", []), (" … — !? 🎉 ", []),
    ])
    func cutsIntoTokens(text: String, tokens: [String]) {
        #expect(WordTokenizer().tokens(in: text) == tokens)
    }

    @Test func makesOtherGrams() {
        #expect(WordTokenizer(gramLengths: 2...3).tokens(in: "東京都 x") == ["東京", "京都", "東京都", "x"])
    }

    /// Texts of ASCII alone are read by a quicker loop; one foreign word at the end takes the other.
    @Test func bothLoopsAgree() {
        var state: UInt64 = 1
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let characters = Array("aZ09' '_-.\n\t\0bC'")
        for _ in 0..<2000 {
            let text = String((0..<below(13)).map { _ in characters[below(characters.count)] })
            #expect(WordTokenizer().tokens(in: text) + ["é"] == WordTokenizer().tokens(in: text + " é"), "\(text)")
        }
    }
}

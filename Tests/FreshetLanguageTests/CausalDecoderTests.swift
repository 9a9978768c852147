import Foundation
import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetLanguage

/// Reading a text token by token says what reading it at once says.
@Suite struct CausalDecoderTests {
    private static let tokens: [Int32] = [5, 9, 2, 7, 7, 30, 41, 8, 199, 0, 12, 5, 5, 100, 64, 3]

    private func model(_ precision: LanguagePrecision) throws -> LanguageModel {
        try LanguageModel(folder: Fixture.path("gpt2-tiny"), precision: precision)
    }

    /// The logits after each token, by one pass over all.
    private func whole(_ model: LanguageModel, _ tokens: [Int32]) -> [[Float]] {
        let packed = PackedTokens(for: model.configuration)
        packed.append(tokens)
        let tape = Tape()
        return withExtendedLifetime(tape) {
            let logits = model.logits(of: model.states(of: packed, on: tape), on: tape)
            return (0..<tokens.count).map { row in
                Array(UnsafeBufferPointer(start: logits.values + row * logits.columns, count: logits.columns))
            }
        }
    }

    private func distance(_ a: some Sequence<Float>, _ b: [Float]) -> Float {
        zip(a, b).map { abs($0 - $1) }.max()! / b.map(abs).max()!
    }

    /// Bytes are rounded by row, so what differs by the last bit may be rounded otherwise.
    @Test(arguments: [(LanguagePrecision.float32, Float(1e-5)), (.int8, 0.02)])
    func tokenByTokenIsAllAtOnce(precision: LanguagePrecision, bound: Float) throws {
        let model = try model(precision)
        let expected = whole(model, Self.tokens)
        let decoder = try CausalDecoder(model)
        for (place, token) in Self.tokens.enumerated() {
            decoder.read(CollectionOfOne(token))
            let error = distance(decoder.logits, expected[place])
            #expect(error < bound, "token \(place) is off by \(error)")
        }
        #expect(decoder.count == Self.tokens.count && decoder.room == 64 - Self.tokens.count)
    }

    @Test func readsInPartsAndGoesBack() throws {
        let model = try model(.float32)
        let expected = whole(model, Self.tokens)
        let decoder = try CausalDecoder(model)
        decoder.read(Self.tokens[..<7])
        #expect(distance(decoder.logits, expected[6]) < 1e-5)
        decoder.read(Self.tokens[7...])
        #expect(distance(decoder.logits, expected[15]) < 1e-5)
        decoder.rewind(to: 3)
        decoder.read([1, 1, 1])
        #expect(distance(decoder.logits, expected[5]) > 1e-3)
        decoder.rewind(to: 3)
        decoder.read(Self.tokens[3..<10])
        #expect(distance(decoder.logits, expected[9]) < 1e-5)
    }

    @Test(arguments: LanguagePrecision.allCases) func takesNoMemoryFromTheSecondTokenOn(precision: LanguagePrecision)
        throws
    {
        let decoder = try CausalDecoder(try model(precision))
        decoder.read(CollectionOfOne(1))
        let bytes = decoder.scratchBytes
        for token in 0..<60 { decoder.read(CollectionOfOne(Int32(token))) }
        #expect(decoder.scratchBytes == bytes)
    }

    /// Against the softmax of whole passes; and the prompt is as it was.
    @Test(arguments: [(LanguagePrecision.float32, 1e-4), (.int8, 0.05)])
    func likelihoodsAreThoseOfWholeTexts(precision: LanguagePrecision, bound: Double) throws {
        let model = try model(precision)
        let prompt = Array(Self.tokens[..<6])
        let candidates: [[Int32]] = [[4, 5, 6], [7], [], [199, 0, 1, 2, 3, 4, 5, 6, 7], [4, 5, 9]]
        let decoder = try CausalDecoder(model)
        decoder.read(prompt)
        let likelihoods = decoder.likelihoods(of: candidates)
        for (candidate, likelihood) in zip(candidates, likelihoods) where !candidate.isEmpty {
            let logits = whole(model, prompt + candidate)
            let sum = candidate.enumerated().reduce(0.0) { sum, entry in
                let row = logits[prompt.count - 1 + entry.offset].map(Double.init)
                return sum + row[Int(entry.element)] - log(row.reduce(0) { $0 + exp($1) })
            }
            #expect(abs(likelihood - sum / Double(candidate.count)) < bound)
        }
        #expect(likelihoods[2] == -.infinity && decoder.count == prompt.count)
        let again = decoder.likelihoods(of: candidates)
        #expect(again == likelihoods)
        let many = decoder.likelihoods(of: (0..<200).map { _ in candidates[3] })
        #expect(many.allSatisfy { abs($0 - likelihoods[3]) < bound })
    }

    @Test func bothSidesAreNoPast() throws {
        let error = #expect(throws: FreshetError.self) {
            try CausalDecoder(LanguageModel(folder: Fixture.path("bert-tiny")))
        }
        #expect(error?.kind == .usage && error?.message.contains("bert") == true)
    }
}

@Suite struct TokenSamplerTests {
    private let logits: [Float] = [0, 3, 1, 2.5, -8]

    private func draws(_ count: Int, temperature: Float, topK: Int, seed: UInt64 = 1) -> [Int32] {
        var settings = GenerationSettings()
        (settings.temperature, settings.topK, settings.seed) = (temperature, topK, seed)
        var sampler = TokenSampler(settings, vocabulary: logits.count)
        return logits.withUnsafeBufferPointer { logits in (0..<count).map { _ in sampler.next(logits) } }
    }

    @Test func withoutATemperatureItIsTheLikeliest() { #expect(draws(5, temperature: 0, topK: 40) == [1, 1, 1, 1, 1]) }

    @Test func theSeedDecides() {
        #expect(draws(50, temperature: 1, topK: 3) == draws(50, temperature: 1, topK: 3))
        #expect(draws(50, temperature: 1, topK: 3) != draws(50, temperature: 1, topK: 3, seed: 2))
    }

    /// The share of each token is its softmax over the likeliest.
    @Test(arguments: [(1.0, 0), (0.5, 0), (1.0, 2)]) func sharesAreTheSoftmax(temperature: Double, topK: Int) {
        let drawn = draws(4_000, temperature: Float(temperature), topK: topK)
        let order = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(topK == 0 ? 5 : topK)
        let powers = order.map { exp(Double(logits[$0]) / temperature) }
        for (token, power) in zip(order, powers) {
            let share = Double(drawn.count { $0 == Int32(token) }) / 4_000
            #expect(abs(share - power / powers.reduce(0, +)) < 0.03, "token \(token)")
        }
        #expect(Set(drawn).isSubset(of: Set(order.map(Int32.init))))
    }
}

@Suite struct TextGeneratorTests {
    @Test func textsComeBackFromTheirTokens() throws {
        let encoder = try Fixture.causal()
        let words = try TokenDecoder(encoder.tokenizer)
        for text in ["the red lamp", " two  blanks\nand a line", "我爱 café 👩‍👩‍👧", ""] {
            #expect(words.text(of: encoder.tokenizer.encode(text)) == text)
        }
        #expect(words.end == 1)
        #expect(throws: FreshetError.self) { try TokenDecoder(Fixture.encoder().tokenizer) }
    }

    /// What a text may be long at most takes nothing from a prompt that leaves room for less.
    @Test func aLongestTextLeavesThePromptWhole() throws {
        let generator = try TextGenerator(Fixture.causal())
        var settings = GenerationSettings()
        settings.maximumTokens = generator.capacity - generator.tokens(of: "the red lamp").count
        let text = try generator.text(after: "the red lamp", settings)
        settings.maximumTokens = generator.capacity
        #expect(try generator.text(after: "the red lamp", settings) == text)
    }

    /// Greedy, each token is the likeliest after all before it by whole passes.
    @Test func greedyTextIsThatOfWholePasses() throws {
        let encoder = try Fixture.causal()
        var settings = GenerationSettings()
        settings.maximumTokens = 12
        let text = try TextGenerator(encoder).text(after: "the lamp", settings)
        var tokens = encoder.tokenizer.encode("the lamp", addsSpecialTokens: false)
        let prompt = tokens.count
        let words = try TokenDecoder(encoder.tokenizer)
        while tokens.count < prompt + 12 {
            let packed = PackedTokens(for: encoder.model.configuration)
            packed.append(tokens)
            let tape = Tape()
            let logits = withExtendedLifetime(tape) {
                encoder.model.logits(of: encoder.model.states(of: packed, on: tape), on: tape).array.suffix(401)
            }
            let best = logits.indices.max { logits[$0] < logits[$1] }! - logits.startIndex
            if Int32(best) == words.end { break }
            tokens.append(Int32(best))
        }
        #expect(text == words.text(of: tokens.dropFirst(prompt)))
    }

    @Test func drawnTextsDependOnTheSeedAndEndAtAStop() throws {
        let generator = try TextGenerator(Fixture.causal())
        var settings = GenerationSettings()
        (settings.temperature, settings.topK, settings.maximumTokens) = (1.5, 0, 20)
        let first = try generator.text(after: "lamp", settings)
        #expect(try generator.text(after: "lamp", settings) == first)
        settings.seed = 2
        #expect(try generator.text(after: "lamp", settings) != first)
        settings.seed = 1
        let middle = try #require(first.dropFirst(first.count / 2).first)
        settings.stops = [String(middle)]
        let cut = try generator.text(after: "lamp", settings)
        #expect(first.hasPrefix(cut) && !cut.contains(middle))
    }

    /// A prompt that is too long keeps its end; one of nothing begins after the end of another.
    @Test func promptsOfAnyLength() throws {
        let generator = try TextGenerator(Fixture.causal())
        var settings = GenerationSettings()
        settings.maximumTokens = 1_000_000
        let long = String(repeating: "lamp and spade ", count: 200)
        #expect(try !generator.text(after: long, settings).isEmpty)
        #expect(try generator.text(after: "", settings).utf8.count >= 0)
        settings.temperature = -1
        #expect(throws: FreshetError.self) { try generator.text(after: "a", settings) }
    }
}

@Suite struct LikelihoodRankerTests {
    /// A title's place does not depend on what stands beside it, nor on how long it is; what was chosen counts.
    @Test func ranksTitles() throws {
        let ranker = try LikelihoodRanker(Fixture.causal(positions: 200))
        let titles = ["red lamp", "blue spade", "", "a very long title of a table that nobody wants"]
        let scores = ranker.scores(of: titles, after: ["green lamp", "old lamp"])
        #expect(scores[2] == -.infinity && scores.allSatisfy { $0 < 0 })
        let alone = ranker.scores(of: [titles[3]], after: ["green lamp", "old lamp"])
        #expect(abs(alone[0] - scores[3]) < 1e-4)
        let other = ranker.scores(of: titles, after: ["steel pot"])
        #expect(abs(other[0] - scores[0]) > 1e-6)
        let history = (0..<300).map { "item \($0)" }
        #expect(ranker.scores(of: titles, after: history)[0].isFinite)
    }
}

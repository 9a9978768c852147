import FreshetCore
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetLanguage

@Suite struct MaskedWordsTests {
    private static let texts = (0..<12).map {
        ["red heart lamp", "garden spade", "blue table top", "old guitar"][$0 % 4]
    }
    private let pool = ThreadPool(threads: 1)

    /// What is hidden is told better and better, by whatever learns; the head is not part of what comes out.
    @Test(arguments: [TuningMethod.all, .lowRank(LowRankSettings())]) func toldBetterAndBetter(method: TuningMethod)
        throws
    {
        let base = try Fixture.encoder(width: 16)
        let settings = TextTraining.Settings(epochs: 100, batchSize: 4, learningRate: 0.01)
        let (tuned, outcome) = try MaskedWords.tune(
            base,
            method,
            texts: Self.texts,
            TextTraining(settings, seed: 1, pool: pool)
        )
        let (first, last) = (outcome.losses.prefix(5).reduce(0, +), outcome.losses.suffix(5).reduce(0, +))
        // A table that stays as it is, of small drawn numbers, lets little be told apart.
        #expect(last < (method == .all ? 0.85 : 0.92) * first, "\(first) \(last)")
        #expect(tuned.model.parameters.count == base.model.parameters.count && tuned.name == base.name)
        #expect(tuned.vectors(of: Self.texts, on: pool) != base.vectors(of: Self.texts, on: pool))
    }

    /// The gradients of the head, and of an adapter through head and network, against finite differences.
    @Test func gradientsAreAccurate() throws {
        let base = try Fixture.encoder(width: 8)
        var builder = NetworkBuilder(seed: 3)
        let tuned = try TunedEncoder(base, .lowRank(LowRankSettings()), in: &builder)
        let head = MaskedWordsHead(base.model.configuration, in: &builder)
        var random = RandomSource(seed: 4)
        for parameter in tuned.adapterParameters {
            for index in parameter.values.indices { parameter.values[index] += 0.3 * random.normal() }
        }
        let packed = PackedTokens(for: base.model.configuration)
        packed.append(base.tokens(of: Self.texts[0]))
        let (rows, targets, others) = (IndexBuffer(), IndexBuffer(), IndexBuffer())
        for (row, target) in [(1, 20), (2, 30)] as [(Int32, Int32)] {
            rows.append(row)
            targets.append(target)
        }
        for other in 5..<40 as Range<Int32> { others.append(other) }
        guard case .floats(let table) = tuned.encoder.model.network.tokenTable else { preconditionFailure("bytes") }
        let zeros = [Float](repeating: 0, count: table.rows)
        func loss(_ tape: Tape) -> Double {
            let states = tuned.encoder.model.states(of: packed, on: tape)
            return zeros.withUnsafeBufferPointer {
                tape.sampledSoftmax(
                    head(tape.selectRows(states, rows.indices), on: tape),
                    table: table,
                    targets: targets.indices,
                    negatives: others.indices,
                    logProbability: $0.baseAddress!,
                    scale: 1
                )
            }
        }
        let gradients = Gradients(for: builder.set)
        let tape = Tape(recordingInto: gradients)
        _ = loss(tape)
        tape.backward()
        let checked = [head.dense.weight, head.norm.gain] + tuned.adapterParameters.prefix(2)
        for parameter in checked {
            let analytic = gradients.array(of: parameter)
            let numeric = (0..<parameter.count).map { index in
                let original = parameter.values[index]
                defer { parameter.values[index] = original }
                return [-2, -1, 1, 2].reduce(0.0) { sum, step in
                    parameter.values[index] = original + 0.02 * Float(step)
                    return sum + loss(Tape()) * (abs(step) == 2 ? -0.5 * Double(step) : 8 * Double(step))
                } / (12 * 0.02)
            }
            let distance = zip(analytic, numeric).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let norm = numeric.reduce(0) { $0 + $1 * $1 }
            #expect(norm > 0 && (distance / max(norm, 1e-12)).squareRoot() < 2e-2, "\(parameter.name)")
        }
    }

    /// Special tokens stay, something is always told, and what is told is what stood there.
    @Test func masksAFewTokens() {
        let text: [Int32] = [1, 10, 11, 12, 13, 14, 15, 16, 17, 2]
        let told = ToldTokens([text, [1, 10, 2]], frame: (1, 1), mask: 99, most: 6)
        #expect(told.tokens == [10, 11, 12, 13, 14, 15])
        var random = RandomSource(seed: 1)
        var (count, masks) = (0, 0)
        for _ in 0..<2000 {
            var masked = text
            let places = told.mask(&masked, using: &random)
            #expect(!places.isEmpty && masked.first == 1 && masked.last == 2 && masked[7...8] == [16, 17])
            for (place, token) in places {
                #expect(token == text[place])
                masks += masked[place] == 99 ? 1 : 0
            }
            count += places.count
        }
        #expect(abs(Double(masks) / Double(count) - 0.8) < 0.03)
        var alone: [Int32] = [1, 50, 2]
        #expect(told.mask(&alone, using: &random).isEmpty && alone == [1, 50, 2])
    }

    /// About as many tokens go as were asked for; the frame stays, and one token of the text.
    @Test func noiseLeavesOutAndHides() throws {
        let base = try Fixture.encoder()
        var settings = TextTraining.Settings(epochs: 1, learningRate: 0.1)
        #expect(try TokenNoise(settings, base.tokenizer) == nil)
        (settings.wordDeletion, settings.wordDropout) = (0.3, 0.5)
        let noise = try #require(try TokenNoise(settings, base.tokenizer))
        let mask = try #require(base.tokenizer.mask)
        let tokens = base.tokens(of: Self.texts[0])
        var random = RandomSource(seed: 2)
        var (own, hidden) = (0, 0)
        for _ in 0..<1000 {
            let changed = noise.disturbed(tokens, using: &random)
            #expect(changed.first == tokens.first && changed.last == tokens.last && changed.count > 2)
            own += changed.count - 2
            hidden += changed.count { $0 == mask }
        }
        let share = Double(own) / Double(1000 * (tokens.count - 2))
        #expect(abs(share - 0.7) < 0.06 && abs(Double(hidden) / Double(own) - 0.5) < 0.05, "\(share)")
    }

    @Test func refusesWhatHasNothingToMask() throws {
        let base = try Fixture.encoder()
        let training = TextTraining(.init(epochs: 1, learningRate: 0.01), seed: 1, pool: pool)
        for (method, texts) in [(TuningMethod.none, Self.texts), (.all, []), (.all, ["", ""])]
            as [(TuningMethod, [String])]
        {
            let error = #expect(throws: FreshetError.self) {
                try MaskedWords.tune(base, method, texts: texts, training)
            }
            #expect(error?.kind == .usage)
        }
    }
}

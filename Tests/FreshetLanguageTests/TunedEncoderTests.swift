import FreshetCore
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetLanguage

/// What of an encoder learns, and what becomes of it.
@Suite struct TunedEncoderTests {
    private static let texts = ["red heart lamp", "garden spade", "我爱北京", "a b c d e f g"]

    static var adapters: TuningMethod {
        var settings = LowRankSettings()
        (settings.rank, settings.alpha) = (2, 3)
        return .lowRank(settings)
    }

    static var adaptive: TuningMethod {
        var settings = AdaptiveRankSettings()
        (settings.rank, settings.initialRank, settings.alpha) = (2, 3, 3)
        return .adaptiveLowRank(settings)
    }

    /// A tuned encoder whose learned parameters were moved, with its parameters.
    private func moved(_ base: TextEncoder, _ method: TuningMethod) throws -> (encoder: TunedEncoder, set: ParameterSet)
    {
        var builder = NetworkBuilder(seed: 3)
        let tuned = try TunedEncoder(base, method, in: &builder)
        var random = RandomSource(seed: 4)
        for parameter in builder.set.parameters where parameter.layout != .frozen {
            for index in parameter.values.indices { parameter.values[index] += 0.3 * random.normal() }
        }
        return (tuned, builder.set)
    }

    private func packed(_ encoder: TextEncoder) -> PackedTokens {
        let tokens = PackedTokens(for: encoder.model.configuration)
        for text in Self.texts { tokens.append(encoder.tokens(of: text)) }
        return tokens
    }

    private func vectors(_ tuned: TunedEncoder) -> [Float] {
        let tape = Tape()
        return tuned.vectors(of: packed(tuned.base), on: tape, rows: IndexBuffer()).array
    }

    /// B of a fresh adapter is zero, and the frozen rest has the numbers of the base: nothing is changed yet.
    @Test(arguments: [TuningMethod.all, .last(layers: 1), adapters, adaptive, .bottleneck(width: 2), .none])
    func beginsAsItsBase(method: TuningMethod) throws {
        let base = try Fixture.encoder()
        var builder = NetworkBuilder(seed: 3)
        let tuned = try TunedEncoder(base, method, in: &builder)
        let expected = base.vectors(of: Self.texts, on: ThreadPool(threads: 1))
        for (a, b) in zip(vectors(tuned), expected) { #expect(abs(a - 2 * b) < 1e-5) }
    }

    /// All matrices have an adapter of two parts, and nothing else of the network learns.
    @Test func adaptersAreFewAndEverywhere() throws {
        var builder = NetworkBuilder(seed: 3)
        _ = try TunedEncoder(try Fixture.encoder(), Self.adapters, in: &builder)
        let learned = builder.set.parameters.filter { $0.layout != .frozen }
        let names = (0..<2).flatMap { layer in
            AdaptedMatrix.allCases.flatMap {
                ["layers.\(layer).\($0.rawValue).down", "layers.\(layer).\($0.rawValue).up"]
            }
        }
        #expect(Set(learned.map(\.name)) == Set(names))
        #expect(learned.filter { $0.name.hasSuffix("up") }.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
        #expect(learned.filter { $0.name.hasSuffix("down") }.allSatisfy { $0.values.contains { $0 != 0 } })
    }

    /// The adapters' gradients against finite differences, through a whole network.
    @Test(arguments: [TuningMethod.last(layers: 1), adapters, adaptive, .bottleneck(width: 3), .prompt(tokens: 2)])
    func gradientsAreAccurate(
        method: TuningMethod
    ) throws {
        let base = try Fixture.encoder(vocabulary: 300)
        let (tuned, set) = try moved(base, method)
        let tokens = packed(base)
        let rows = IndexBuffer()
        let learned = Set(set.parameters.filter { $0.layout != .frozen }.map(\.name))
        // The tables would take thousands of differences, and have no gradient.
        let gradients = Gradients(for: set)
        var random = RandomSource(seed: 9)
        let weights = (0..<Self.texts.count * base.width).map { _ in random.normal() }
        func loss(_ tape: Tape) -> Double {
            let y = tuned.vectors(of: tokens, on: tape, rows: rows)
            if tape.isRecording { tape.gradient(of: y).update(from: weights, count: y.count) }
            return zip(weights, y.array).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let tape = Tape(recordingInto: gradients)
        _ = loss(tape)
        tape.backward()
        for parameter in set.parameters where learned.contains(parameter.name) {
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
            #expect((distance / max(norm, 1e-12)).squareRoot() < 1e-2, "\(parameter.name)")
        }
        #expect(!learned.isEmpty && set.parameters.count > learned.count)
    }

    /// Folded in, the matrices alone do what matrices and adapters did.
    @Test(arguments: [TuningMethod.all, .last(layers: 1), adapters, adaptive])
    func foldingChangesNothing(method: TuningMethod) throws {
        let base = try Fixture.encoder(width: 8)
        let (tuned, _) = try moved(base, method)
        let folded = tuned.folded(name: "folded")
        #expect(folded.name == "folded" && folded.model.parameters.count == base.model.parameters.count)
        let vectors = folded.vectors(of: Self.texts, on: ThreadPool(threads: 1))
        let before = base.vectors(of: Self.texts, on: ThreadPool(threads: 1))
        #expect(zip(vectors, before).contains { abs($0 - $1) > 0.05 })
        for (a, b) in zip(self.vectors(tuned), vectors) { #expect(abs(a - Float(8).squareRoot() * b) < 1e-4) }
        #expect(folded.model.fingerprint != base.model.fingerprint)
    }

    /// What stands beside the matrices stays there: the vectors are those of the training, and the base's matrices are its own.
    ///
    /// Two bottlenecks in each of two layers are two products with what is added to them each.
    @Test(arguments: [(TuningMethod.bottleneck(width: 3), 16), (.prompt(tokens: 3), 1)])
    func whatCannotBeFoldedStaysInTheNetwork(method: TuningMethod, parameters: Int) throws {
        let base = try Fixture.encoder(width: 8)
        let (tuned, set) = try moved(base, method)
        #expect(set.parameters.count { $0.layout != .frozen } == parameters)
        let folded = tuned.folded(name: "folded")
        let vectors = folded.vectors(of: Self.texts, on: ThreadPool(threads: 1))
        let before = base.vectors(of: Self.texts, on: ThreadPool(threads: 1))
        #expect(zip(vectors, before).contains { abs($0 - $1) > 0.05 })
        for (a, b) in zip(self.vectors(tuned), vectors) { #expect(abs(a - Float(8).squareRoot() * b) < 1e-4) }
        #expect(folded.model.fingerprint == base.model.fingerprint && !tuned.method.isFoldable)
    }

    @Test func refusesWhatCannotBeTuned() throws {
        let base = try Fixture.encoder()
        let bytes = TextEncoder(base, name: "bytes", model: base.model.rounded())
        var wide = LowRankSettings()
        wide.rank = 5
        var nothing = LowRankSettings()
        nothing.matrices = []
        let cases: [(TextEncoder, TuningMethod)] = [
            (bytes, .all), (base, .last(layers: 0)), (base, .last(layers: 3)), (base, .lowRank(wide)),
            (base, .lowRank(nothing)), (base, .bottleneck(width: 0)), (base, .bottleneck(width: 5)),
            (base, .prompt(tokens: 0)), (base, .prompt(tokens: 1000)),
        ]
        for (encoder, method) in cases {
            var builder = NetworkBuilder(seed: 3)
            let error = #expect(throws: FreshetError.self) { try TunedEncoder(encoder, method, in: &builder) }
            #expect(error?.kind == .usage)
        }
    }
}

import FreshetCore
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetLanguage

@Suite struct EncoderTuningTests {
    private static let texts = ["red lamp", "blue spade", "green house", "table top", "old guitar", "steel pot"]
    private static let pairs = (0..<60).map { (Int32($0 % 3), Int32($0 % 3 + 3)) }

    private func tuned(
        _ base: TextEncoder,
        from start: EncoderAdapters? = nil,
        hold: Double,
        pairs: [(Int32, Int32)] = Self.pairs
    ) throws -> EncoderAdapters {
        var settings = EncoderTuning.Settings()
        (settings.leastPairs, settings.batchSize, settings.epochs) = (10, 3, 4)
        (settings.learningRate, settings.rank, settings.hold) = (0.01, 2, hold)
        let pool = ThreadPool(threads: 1)
        return try EncoderTuning.tune(base, from: start, texts: Self.texts, pairs: pairs, settings, seed: 1, pool: pool)
            .adapters
    }

    private func distance(_ left: EncoderAdapters, _ right: EncoderAdapters) -> Float {
        zip(left.numbers.joined(), right.numbers.joined()).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    private func likeness(_ encoder: TextEncoder, _ a: Int, _ b: Int) -> Float {
        let vectors = encoder.vectors(of: Self.texts, on: ThreadPool(threads: 1))
        return (0..<encoder.width).reduce(0) {
            $0 + vectors[a * encoder.width + $1] * vectors[b * encoder.width + $1]
        }
    }

    /// Queries and values alone have adapters, and what they learn brings partners together.
    @Test func learnsWhatBelongsTogether() throws {
        let base = try Fixture.encoder(width: 16)
        let adapters = try tuned(base, hold: 0)
        // Two matrices in each of two layers, A and B of each.
        #expect(adapters.numbers.count == 8 && adapters.settings.matrices == [.query, .value])
        let encoder = try adapters.encoder(from: base)
        #expect(encoder.name == "\(base.name)+\(adapters.name)")
        /// How much more alike partners are than strangers.
        func margin(_ encoder: TextEncoder) -> Float {
            (0..<3).reduce(0) { $0 + likeness(encoder, $1, $1 + 3) - likeness(encoder, $1, ($1 + 1) % 3 + 3) }
        }
        #expect(margin(encoder) > margin(base) + 0.1, "\(margin(base)) \(margin(encoder))")
    }

    /// The firmer the hold, the nearer the next adapters stay to those that proved themselves.
    @Test func staysNearWhatProvedItself() throws {
        let base = try Fixture.encoder(width: 16)
        let good = try tuned(base, hold: 0)
        let later = Self.pairs.map { ($0.0, ($0.1 - 2) % 3 + 3) }
        let distances = try [0, 10, 1000].map { distance(good, try tuned(base, from: good, hold: $0, pairs: later)) }
        #expect(distances[1] < 0.5 * distances[0] && distances[2] < distances[1], "\(distances)")
        #expect(distances[2] > 0)
    }

    @Test func adaptersComeBackAndFitTheirBaseOnly() throws {
        let base = try Fixture.encoder(width: 16)
        let adapters = try tuned(base, hold: 0.1)
        let again = try EncoderAdapters(from: adapters.checkpoint())
        #expect(again == adapters && again.name == adapters.name)
        let other = try Fixture.encoder(width: 16, seed: 6)
        let error = #expect(throws: FreshetError.self) { try adapters.encoder(from: other) }
        #expect(error?.kind == .invalidData)
        var damaged = adapters.checkpoint()
        damaged.arrays["adapters.0"] = nil
        #expect(throws: FreshetError.self) { try EncoderAdapters(from: damaged) }
        #expect(throws: FreshetError.self) { try tuned(base, hold: 0, pairs: Array(Self.pairs.prefix(5))) }
    }
}

import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

@Suite struct AutoencoderTests {
    private static func configuration(_ kind: Autoencoder.Kind) -> Autoencoder.Configuration {
        var configuration = Autoencoder.Configuration()
        (configuration.kind, configuration.hidden, configuration.latent) = (kind, 6, 3)
        return configuration
    }

    /// Every number of the network against a loop in `Double` over its named arrays.
    @Test(arguments: Autoencoder.Kind.allCases)
    func scoresAreThoseOfPlainLoops(_ kind: Autoencoder.Kind) throws {
        let configuration = Self.configuration(kind)
        let network = AutoencoderNetwork(configuration, itemCount: 5, seed: 3)
        var random = RandomSource(seed: 9)
        for parameter in network.parameters.parameters where parameter.rows == 1 {
            for place in parameter.values.indices { parameter.values[place] = random.normal() }
        }
        func numbers(_ name: String) throws -> (values: [Double], columns: Int) {
            let parameter = try #require(network.parameters.parameters.first { $0.name == name })
            return (parameter.values.map(Double.init), parameter.columns)
        }
        func layer(_ x: [Double], _ name: String) throws -> [Double] {
            let (weight, bias) = (try numbers(name + ".weight"), try numbers(name + ".bias").values)
            return bias.indices.map { column in
                x.indices.reduce(bias[column]) { $0 + x[$1] * weight.values[$1 * weight.columns + column] }
            }
        }
        let input = try numbers("input")
        let history: [ItemIndex] = [ItemIndex(4), ItemIndex(1), ItemIndex(4)]
        // Two distinct items in a row of length 1, and the bias in the last row.
        var state = (0..<input.columns).map { column in
            [4, 1].reduce(input.values[5 * input.columns + column]) {
                $0 + input.values[$1 * input.columns + column] / 2.0.squareRoot()
            }
        }.map { Reference.activate($0, .tanh) }
        if kind == .variational {
            state = try layer(try layer(state, "mean"), "decoder").map { Reference.activate($0, .tanh) }
        }
        let (output, bias) = (try numbers("output"), try numbers("output.bias").values)
        let expected = (0..<5).map { item in
            state.indices.reduce(bias[item]) { $0 + state[$1] * output.values[item * output.columns + $1] }
        }
        let scorer = AutoencoderScorer(network, query: HistoryQuery())
        let scores = scorer.scores(for: ScoringContext(user: nil, history: History(items: history[...])))
        #expect(zip(scores, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 }, "\(scores), \(expected)")
    }

    /// The whole loss, as the training puts it together, against finite differences.
    @Test(arguments: Autoencoder.Kind.allCases)
    func gradientsAreThoseOfTheLoss(_ kind: Autoencoder.Kind) {
        let network = AutoencoderNetwork(Self.configuration(kind), itemCount: 5, seed: 3)
        let (batch, chosen) = (ChoiceBatch(), IndexBuffer())
        for items in [[0, 3], [1, 2, 4]] as [[Int32]] {
            for item in items {
                batch.add(item, weight: 1)
                chosen.append(item)
            }
            batch.end(itemCount: 5)
        }
        let check = GradientCheck(network.parameters, difference: .twoPoint(1e-2)) { (tape: Tape) -> Double in
            tape.dropoutKey = 5
            let (states, latent) = network(batch, on: tape)
            let loss = tape.multinomialLoss(
                states,
                table: network.output,
                bias: network.bias,
                chosen: chosen.indices,
                offsets: [0, 2, 5],
                scale: 1
            )
            guard let latent else { return loss }
            return loss + 0.2 * tape.gaussianDivergence(latent.mean, logVariance: latent.logVariance, scale: 0.2)
        }
        for (name, error) in check.errors() { #expect(error < 5e-3, "\(name) is off by \(error)") }
    }

    @Test(arguments: Autoencoder.Kind.allCases)
    func overfitsAFewUsers(_ kind: Autoencoder.Kind) throws {
        let data = TrainingData(dataset: SyntheticData.dataset([[0, 1, 2], [3, 4, 5], [6, 7, 0]], itemCount: 8))
        var configuration = Self.configuration(kind)
        (configuration.hidden, configuration.latent, configuration.dropout) = (32, 16, 0)
        (configuration.divergence, configuration.epochs, configuration.learningRate) = (0, 300, 0.01)
        var model = Autoencoder(configuration: configuration)
        try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: 2)))
        let scorer = model.makeScorer()
        for user in 0..<3 {
            let history = data.histories[UserIndex(user)]
            let scores = scorer.scores(for: ScoringContext(user: nil, history: history))
            let own = Set(history.items.map(\.position))
            let lowest = own.map { scores[$0] }.min() ?? 0
            #expect((0..<8).allSatisfy { own.contains($0) || scores[$0] < lowest })
        }
    }

    /// Its scores are products of the vectors that it lends, plus biases.
    @Test func lendsItsVectors() throws {
        let data = SyntheticData.groups()
        var configuration = Self.configuration(.variational)
        configuration.epochs = 3
        var model = Autoencoder(configuration: configuration)
        try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1)))
        let scorer = try #require(model.makeScorer() as? any VectorScorer)
        let context = ScoringContext(user: nil, history: data.histories[UserIndex(1)])
        expectProducts(scorer, context)
    }

    /// Weights that are not finite any more end the training, and rank their items last.
    @Test func aTrainingThatDoesNotStayFiniteFails() throws {
        var configuration = Self.configuration(.variational)
        (configuration.learningRate, configuration.weightDecay) = (1, 10)
        var model = Autoencoder(configuration: configuration)
        let data = SyntheticData.groups()
        let error = #expect(throws: FreshetError.self) {
            try model.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1)))
        }
        #expect(error?.kind == .usage && error?.remedy?.contains("learningRate") == true)
        let rank = [Float.nan, 2, 1].withUnsafeBufferPointer {
            LeaveOneOutValidation.rank(of: ItemIndex(0), in: $0, seen: History(items: []))
        }
        #expect(rank == 4)
    }
}

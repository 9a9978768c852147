import FreshetModels
import FreshetTensor
import FreshetTestSupport
import Testing

/// Every model of the registry, by name, and further variants worth running through the contract.
private let subjects = ModelRegistry.builtIn.map { Subject(model: $0.name) } + variants

private let variants = [
    Subject(model: "item-knn", overrides: ["featureWeight": "0.5"]),
    Subject(model: "user-knn", overrides: ["featureWeight": "0.5"]),
    Subject(model: "matrix-factorization", overrides: ["trainer": "sgd", "factors": "4"]),
    Subject(model: "matrix-factorization", overrides: ["trainer": "bpr"]),
    Subject(model: "autoencoder", overrides: ["kind": "denoising"]),
    Subject(model: "sequence-transformer", compression: Compression(rows: .int8, layers: .int8)),
    Subject(model: "sequence-transformer", compression: Compression(rows: .int4, prunedChannels: 0.25)),
]

/// Settings that make a model's contract run quick without changing what it does.
private let quick: [String: [String: String]] = [
    "matrix-factorization": ["factors": "2", "als.regularization": "1", "bpr.regularization": "0.001"],
    "autoencoder": [
        "hidden": "16", "latent": "8", "epochs": "60", "annealingEpochs": "10", "batchSize": "16",
        "learningRate": "0.01",
    ],
    "graph": ["factors": "8", "epochs": "40", "batchSize": "64", "learningRate": "0.02"],
    "sequence-transformer": [
        "channels": "16", "blocks": "1", "heads": "1", "maximumLength": "16", "relativePositions": "16",
        "batchSize": "16", "epochs": "30", "learningRate": "0.01", "averaging": "0",
    ],
    "online-matrix-factorization": ["factors": "8", "passes": "30"],
    "text-ranker": ["epochs": "40", "width": "8", "learningRate": "0.02"],
    "hybrid": ["parts": #"[{"model": "co-visitation"}, {"model": "popularity"}]"#],
]

struct Subject: Sendable, CustomTestStringConvertible {
    let model: String
    var overrides: [String: String] = [:]
    var compression: Compression?

    var testDescription: String {
        let settings = overrides.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return ([model] + settings + [compression?.words].compactMap(\.self)).joined(separator: " ")
    }
}

@Suite struct RecommenderContractTests {
    @Test(arguments: subjects, RecommenderContract.Rule.allCases)
    func keeps(_ subject: Subject, _ rule: RecommenderContract.Rule) throws {
        let overrides = quick[subject.model, default: [:]].merging(subject.overrides) { $1 }
        let contract = RecommenderContract(
            try ModelRegistry.model(named: subject.model),
            overrides: overrides,
            compression: subject.compression
        )
        let violation = try contract.violation(of: rule)
        #expect(violation == nil)
    }
}

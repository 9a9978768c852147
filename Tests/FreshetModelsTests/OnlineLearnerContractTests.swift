import FreshetCore
import FreshetModels
import FreshetTestSupport
import Testing

/// Settings that make a model's contract run quick without changing what it does.
private let quick: [String: [String: String]] = [
    "sequence-transformer": [
        "channels": "16", "blocks": "1", "heads": "1", "maximumLength": "16", "relativePositions": "16",
        "batchSize": "16", "epochs": "3", "learningRate": "0.01", "averaging": "0", "dropout": "0",
        "attentionDropout": "0", "loss": "sampledSoftmax", "negatives": "16",
    ],
    "online-matrix-factorization": ["factors": "8", "passes": "5"],
]

@Suite struct OnlineLearnerContractTests {
    @Test func registrySaysWhichModelsLearnOnline() throws {
        let online = ModelRegistry.builtIn.filter(\.learnsOnline).map(\.name)
        #expect(online == ["sequence-transformer", "online-matrix-factorization"])
        #expect(ModelRegistry.flagship.learnsOnline)
        #expect { try ModelRegistry.onlineModel(named: "popularity") } throws: { error in
            "\(error)".contains("online-matrix-factorization") && (error as? FreshetError)?.kind == .usage
        }
        #expect(try ModelRegistry.model(named: "popularity").learnsOnline == false)
    }

    @Test(arguments: ModelRegistry.builtIn.filter(\.learnsOnline).map(\.name), OnlineLearnerContract.Rule.allCases)
    func keeps(_ model: String, _ rule: OnlineLearnerContract.Rule) throws {
        let overrides = quick[model, default: [:]]
        let contract = OnlineLearnerContract(try ModelRegistry.model(named: model), overrides: overrides)
        let violation = try contract.violation(of: rule)
        #expect(violation == nil)
    }
}

import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@Suite struct ModelRegistryTests {
    private let data = TrainingData(dataset: SyntheticData.dataset([[0, 1], [1, 2]]))

    @Test func namesAreUnique() {
        #expect(Set(ModelRegistry.builtIn.map(\.name)).count == ModelRegistry.builtIn.count)
        #expect(ModelRegistry.builtIn.allSatisfy { !$0.summary.isEmpty })
    }

    @Test func unknownModelListsTheKnown() {
        #expect { try ModelRegistry.model(named: "popularty") } throws: { error in
            let error = error as? FreshetError
            return error?.kind == .usage && error?.description.contains("popularity") == true
        }
    }

    @Test func unknownPresetAndSettingListTheKnown() throws {
        let model = try ModelRegistry.model(named: "co-visitation")
        #expect { try model.makeLearner(preset: "none", data: data) } throws: { "\($0)".contains("plain") }
        #expect { try model.makeLearner(overrides: ["query.lenght": "3"], data: data) } throws: {
            "\($0)".contains("query.lenght") && "\($0)".contains("decay, length")
        }
    }

    /// Snapshots outlive versions: one written before a setting existed has its default.
    @Test func settingsThatASnapshotLacksHaveTheirDefaults() throws {
        let model = try ModelRegistry.model(named: "co-visitation")
        var learner = try model.makeLearner(data: data)
        try learner.fit(data, session: TrainingSession(pool: ThreadPool(threads: 1)))
        let checkpoint = learner.makeScorer().checkpoint()
        let old = #"{"query":{"decay":0.5}}"#
        #expect(try model.restoreScorer(from: checkpoint, configurationJSON: old).itemCount == data.itemCount)
        #expect { try model.restoreScorer(from: checkpoint, configurationJSON: #"{"query":3}"#) } throws: {
            ($0 as? FreshetError)?.kind == .invalidData
        }
    }

    @Test func overridesReachNestedSettingsAndAreChecked() throws {
        let model = try ModelRegistry.model(named: "co-visitation")
        let learner = try model.makeLearner(
            overrides: ["query.length": "3", "windowWeights": "[1,0.5]", "windowWeights.1": "0.25"],
            data: data
        )
        let configuration = try #require(learner.configuration as? CoVisitation.Configuration)
        #expect(configuration.query.length == 3)
        #expect(configuration.windowWeights == [1, 0.25])
        #expect(configuration.query.decay == CoVisitation.Configuration().query.decay)
        for bad in ["query.length": "much", "query.decay": "1.5", "query": "3", "windowWeights.10": "1"] {
            #expect { try model.makeLearner(overrides: [bad.key: bad.value], data: data) } throws: {
                ($0 as? FreshetError)?.kind == .usage
            }
        }
    }

    @Test func damagedConfigurationIsInvalidData() throws {
        let model = try ModelRegistry.model(named: "popularity")
        #expect { try model.restoreScorer(from: .init(), configurationJSON: "{") } throws: {
            ($0 as? FreshetError)?.kind == .invalidData
        }
    }

    /// A model from outside is known by its name; one of ours cannot be replaced.
    @Test func registersModelsFromOutside() throws {
        struct Alien: Learner {
            struct Configuration: ModelConfiguration {
                func validate() throws {}
            }
            static let name = "alien of the registry's test"
            static let summary = "what nobody knows"
            let configuration: Configuration
            init(configuration: Configuration) { self.configuration = configuration }
            mutating func fit(_ data: TrainingData, session: TrainingSession) throws {}
            func makeScorer() -> any Scorer { tinyScorer(items: 1) }
            static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
                tinyScorer(items: 1)
            }
        }
        #expect(throws: FreshetError.self) { try ModelRegistry.model(named: Alien.name) }
        for _ in 0..<2 { try ModelRegistry.register(ModelDescription(Alien.self)) }
        #expect(try ModelRegistry.model(named: Alien.name).summary == Alien.summary)
        #expect(ModelRegistry.all.count { $0.name == Alien.name } == 1)
        #expect { try ModelRegistry.register(ModelDescription(Popularity.self)) } throws: {
            ($0 as? FreshetError)?.kind == .usage
        }
    }
}

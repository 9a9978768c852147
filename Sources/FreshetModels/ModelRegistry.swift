import FreshetCore
import FreshetNN
import FreshetTensor

/// The table of the models, by name.
///
/// A new model of ours is one file and one row here; one of somebody else's is registered when their program starts.
public enum ModelRegistry {
    private static let table = RegistryTable("model", builtIn)

    /// Freshet's own models.
    public static let builtIn: [ModelDescription] = [
        ModelDescription(Popularity.self),
        ModelDescription(CoVisitation.self),
        ModelDescription(ItemKNN.self),
        ModelDescription(ContentSimilarity.self),
        ModelDescription(ContentCoVisitation.self),
        ModelDescription(TextRanker.self),
        ModelDescription(UserKNN.self),
        ModelDescription(NextBasket.self),
        ModelDescription(EASE.self),
        ModelDescription(MatrixFactorization.self),
        ModelDescription(Autoencoder.self),
        ModelDescription(LightGCN.self),
        flagship,
        ModelDescription(OnlineMatrixFactorization.self),
        ModelDescription(Hybrid.self),
    ]

    /// Every model, in the order in which help and tables list them.
    public static var all: [ModelDescription] { table.all }

    /// Adds a model; one that was registered by the same name goes.
    /// - Throws: ``FreshetError`` of kind `usage` when a model of Freshet's own has the name.
    public static func register(_ model: ModelDescription) throws { try table.register(model) }

    /// The models that have an ``OnlineLearner``.
    public static var online: [ModelDescription] { all.filter(\.learnsOnline) }

    /// The one of them that is learned live unless another is asked for.
    public static let flagship = ModelDescription(SequenceTransformer.self)

    /// The online model of a name.
    /// - Throws: ``FreshetError`` of kind `usage` that lists those that there are.
    public static func onlineModel(named name: String) throws -> ModelDescription {
        guard let model = online.first(where: { $0.name == name }) else {
            throw FreshetError.unknown("model that learns from a stream", name, known: online.map(\.name))
        }
        return model
    }

    /// The model of a name.
    /// - Throws: ``FreshetError`` of kind `usage` that lists the known models.
    public static func model(named name: String) throws -> ModelDescription { try table.row(named: name) }
}

/// What the registry knows of one model: its name, its presets, and how to make and restore it.
public struct ModelDescription: Sendable, RegistryRow {
    /// The name on the command line and in snapshots.
    public let name: String
    /// One line for `--help`.
    public let summary: String
    /// Whether it has nothing to learn from where nothing is said of the items.
    public let needsContent: Bool
    /// The names of its presets, sorted.
    public let presets: [String]
    /// The default settings as JSON: what ``makeLearner(preset:overrides:data:)`` may override.
    public let defaultConfigurationJSON: String

    private let make: @Sendable (String?, [String: String], TrainingData) throws -> any Learner
    private let restore: @Sendable (Checkpoint, String) throws -> any Scorer
    private let onlineFactory: OnlineFactory?
    private let renumber: (@Sendable (Checkpoint, Renumbering) throws -> Checkpoint)?
    private let epochs: Epochs?

    private typealias OnlineFactory =
        @Sendable (any Scorer, String, OnlineLearning.Settings, UInt64, ThreadPool) throws -> any OnlineLearner

    private typealias Epochs =
        @Sendable ((any Scorer)?, (any EpochTrainer)?, String, Int, UInt64, ThreadPool) throws -> any EpochTrainer

    private let configureSessions: @Sendable (_ overrides: [String: String], _ isRegularized: Bool) throws -> String

    /// Describes a model type.
    public init<Model: Learner>(_ model: Model.Type) { self.init(model, online: nil, renumbering: nil) }

    /// Describes a model type that has an ``OnlineLearner``.
    public init<Model: OnlineModel>(_ model: Model.Type) {
        self.init(model, online: Self.onlineFactory(of: model), renumbering: { try Model.renumber($0, by: $1) })
    }

    /// Describes a model type that has an ``OnlineLearner`` and an ``EpochTrainer``.
    public init<Model: EpochModel>(_ model: Model.Type) {
        let epochs: Epochs = { scorer, previous, text, itemCount, seed, pool in
            try Model.makeEpochTrainer(
                from: scorer,
                after: previous,
                configuration: ConfigurationJSON.decodeModel(Model.Configuration.self, from: text, owner: Model.name),
                itemCount: itemCount,
                seed: seed,
                pool: pool
            )
        }
        self.init(
            model,
            online: Self.onlineFactory(of: model),
            renumbering: { try Model.renumber($0, by: $1) },
            epochs: epochs,
            sessions: Model.sessionConfiguration,
            regularizers: Model.regularizers
        )
    }

    private static func onlineFactory<Model: OnlineModel>(of model: Model.Type) -> OnlineFactory {
        { scorer, text, settings, seed, pool in
            try Model.makeOnlineLearner(
                from: scorer,
                configuration: ConfigurationJSON.decodeModel(Model.Configuration.self, from: text, owner: Model.name),
                settings: settings,
                seed: seed,
                pool: pool
            )
        }
    }

    private init<Model: Learner>(
        _ model: Model.Type,
        online: OnlineFactory?,
        renumbering: (@Sendable (Checkpoint, Renumbering) throws -> Checkpoint)?,
        epochs: Epochs? = nil,
        sessions: Model.Configuration = Model.Configuration(),
        regularizers: [String] = []
    ) {
        onlineFactory = online
        renumber = renumbering
        self.epochs = epochs
        configureSessions = { overrides, isRegularized in
            var overrides = overrides
            if !isRegularized { for path in regularizers { overrides[path] = "0" } }
            let configuration = try ConfigurationJSON.override(sessions, with: overrides, owner: Model.name)
            try configuration.validate()
            return ConfigurationJSON.encode(configuration)
        }
        name = Model.name
        summary = Model.summary
        needsContent = Model.needsContent
        presets = Model.presets.keys.sorted()
        defaultConfigurationJSON = ConfigurationJSON.encode(Model.Configuration())
        make = { preset, overrides, data in
            let base: Model.Configuration
            if let preset {
                guard let named = Model.presets[preset] else {
                    throw FreshetError.unknown("preset of \(Model.name)", preset, known: Model.presets.keys)
                }
                base = named
            } else {
                base = Model.recommendedConfiguration(for: data)
            }
            let configuration = try ConfigurationJSON.override(base, with: overrides, owner: Model.name)
            try configuration.validate()
            return Model(configuration: configuration)
        }
        restore = { checkpoint, text in
            let configuration = try ConfigurationJSON.decodeModel(
                Model.Configuration.self,
                from: text,
                owner: Model.name
            )
            return try Model.restoreScorer(from: checkpoint, configuration: configuration)
        }
    }

    /// An untrained model.
    ///
    /// - Parameters:
    ///   - preset: the settings to start from; `nil` is what suits the data's size.
    ///   - overrides: settings to change, by their path in the configuration's JSON (`window.decay`), as JSON values or
    ///     plain words.
    ///   - data: what the model will learn from.
    /// - Returns: the model, its settings checked.
    /// - Throws: ``FreshetError`` of kind `usage` for an unknown preset or setting or a value that does not fit.
    public func makeLearner(
        preset: String? = nil,
        overrides: [String: String] = [:],
        data: TrainingData
    ) throws -> any Learner {
        try make(preset, overrides, data)
    }

    /// A model's settings, for its snapshot.
    public func configurationJSON(of learner: any Learner) -> String {
        ConfigurationJSON.encode(learner.configuration)
    }

    /// Whether the model has an ``OnlineLearner``.
    public var learnsOnline: Bool { onlineFactory != nil }

    /// A learner that goes on from a trained model of this kind.
    ///
    /// - Parameters:
    ///   - scorer: the trained model; one with fewer bits a number is taken as it was rounded.
    ///   - configurationJSON: its settings.
    ///   - settings: those of learning from a stream.
    ///   - seed: the seed of everything random.
    ///   - pool: the threads that it may share its work with.
    /// - Returns: the learner; `nil` where the model has none.
    /// - Throws: ``FreshetError`` when the scorer or its settings do not fit.
    public func makeOnlineLearner(
        from scorer: any Scorer,
        configurationJSON: String,
        settings: OnlineLearning.Settings,
        seed: UInt64,
        pool: ThreadPool
    ) throws -> (any OnlineLearner)? {
        try onlineFactory?(scorer.trainable, configurationJSON, settings, seed, pool)
    }

    /// A trained model of this kind under other numbers of items and event types.
    ///
    /// - Parameters:
    ///   - scorer: the trained model.
    ///   - configurationJSON: its settings.
    ///   - numbering: the new numbers.
    /// - Returns: the model; `nil` where it has no ``OnlineLearner``, for which alone numbers change.
    /// - Throws: ``FreshetError`` of kind `invalidData` when the scorer is of another model.
    public func renumbered(
        _ scorer: any Scorer,
        configurationJSON: String,
        by numbering: Renumbering
    ) throws -> (any Scorer)? {
        try renumber.map { try restore($0(scorer.trainable.checkpoint(), numbering), configurationJSON) }
    }

    /// Whether the model has an ``EpochTrainer``.
    public var learnsInEpochs: Bool { epochs != nil }

    /// The settings for sessions that are learned period by period, some changed; the defaults where the model has no
    /// others.
    ///
    /// - Parameters:
    ///   - overrides: settings to change, by their path.
    ///   - isRegularized: whether what keeps the model from learning its data by heart stays on.
    /// - Returns: the settings as JSON.
    /// - Throws: ``FreshetError`` of kind `usage` for an unknown setting or a value that does not fit.
    public func sessionConfigurationJSON(
        overrides: [String: String] = [:],
        isRegularized: Bool = true
    ) throws -> String {
        try configureSessions(overrides, isRegularized)
    }

    /// A trainer of a new model, or of one that was trained before; `nil` where the model has none.
    ///
    /// - Parameters:
    ///   - scorer: the model that is trained further; a new one unless given.
    ///   - previous: what trained it.
    ///   - configurationJSON: the settings of a new model.
    ///   - itemCount: the length of the catalogue.
    ///   - seed: the seed of everything random.
    ///   - pool: the threads.
    /// - Returns: the trainer.
    /// - Throws: ``FreshetError`` when the scorer or the settings do not fit.
    public func makeEpochTrainer(
        from scorer: (any Scorer)?,
        after previous: (any EpochTrainer)?,
        configurationJSON: String,
        itemCount: Int,
        seed: UInt64,
        pool: ThreadPool
    ) throws -> (any EpochTrainer)? {
        try epochs?(scorer?.trainable, previous, configurationJSON, itemCount, seed, pool)
    }

    /// The scorer that a checkpoint and its configuration describe.
    /// - Throws: ``FreshetError`` of kind `invalidData` when they do not fit together.
    public func restoreScorer(from checkpoint: Checkpoint, configurationJSON: String) throws -> any Scorer {
        try restore(checkpoint, configurationJSON)
    }
}

import FreshetCore
import FreshetNN

/// The table of the rankers, by name.
///
/// A new ranker of ours is one file and one row here; one of somebody else's is registered when their program starts.
public enum RankerRegistry {
    /// The one that ranks unless another is asked for: the linear fusion.
    public static let usual = RankerDescription(FusionTrainer.self)

    private static let table = RegistryTable("ranker", [usual, RankerDescription(FactorizationTrainer.self)])

    /// Every ranker.
    public static var all: [RankerDescription] { table.all }

    /// Adds a ranker; one that was registered by the same name goes.
    /// - Throws: ``FreshetError`` of kind `usage` when a ranker of Freshet's own has the name.
    public static func register(_ ranker: RankerDescription) throws { try table.register(ranker) }

    /// The ranker of a name.
    /// - Throws: ``FreshetError`` of kind `usage` that lists the known rankers.
    public static func ranker(named name: String) throws -> RankerDescription { try table.row(named: name) }
}

/// What the registry knows of one ranker: its name, and how to make and restore it.
public struct RankerDescription: Sendable {
    /// The name in settings and in checkpoints.
    public let name: String

    private let make: @Sendable ((any LearnedRanker)?, RankerSettings) -> any RankerLearner
    private let resume: @Sendable (Checkpoint, RankerSettings) throws -> any RankerLearner
    private let read: @Sendable (Checkpoint) throws -> any LearnedRanker

    /// Describes a ranker by what learns it.
    public init<Learner: RankerLearner>(_ learner: Learner.Type) {
        name = Learner.Learned.name
        make = { ranker, settings in
            Learner(from: ranker.flatMap { $0 as? Learner.Learned ?? Learner.adopted($0) }, settings: settings)
        }
        resume = { try Learner(restoring: $0, settings: $1) }
        read = { try Learner.Learned(from: $0) }
    }

    /// A learner that goes on from a ranker; where that is of another kind, from what can be used of it, if anything.
    public func makeLearner(
        from ranker: (any LearnedRanker)? = nil,
        settings: RankerSettings = RankerSettings()
    ) -> any RankerLearner { make(ranker, settings) }

    /// A learner that goes on from a state; from what can be used of it where it is of another kind, if anything.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is damaged.
    public func makeLearner(restoring checkpoint: Checkpoint, settings: RankerSettings) throws -> any RankerLearner {
        if Self.name(of: checkpoint) == name { return try resume(checkpoint, settings) }
        let kind = try? RankerRegistry.ranker(named: Self.name(of: checkpoint))
        return make(try kind?.read(checkpoint), settings)
    }
}

extension RankerDescription: RegistryRow {
    private static let label = "ranker"

    /// Which ranker a checkpoint is of; those of before there was a choice do not say.
    private static func name(of checkpoint: Checkpoint) -> String {
        checkpoint.metadata[label] ?? FusionWeights.name
    }

    /// A ranker's state with its name; the linear fusion's is as it was when there was no other.
    private static func labelled(_ checkpoint: Checkpoint, _ name: String) -> Checkpoint {
        guard name != FusionWeights.name else { return checkpoint }
        var checkpoint = checkpoint
        checkpoint.metadata[label] = name
        return checkpoint
    }

    /// The state of a learner of whatever kind.
    public static func checkpoint<Learner: RankerLearner>(of learner: Learner) -> Checkpoint {
        labelled(learner.checkpoint(), Learner.Learned.name)
    }

    /// The state of a ranker of whatever kind.
    public static func checkpoint<Ranker: LearnedRanker>(of ranker: Ranker) -> Checkpoint {
        labelled(ranker.checkpoint(), Ranker.name)
    }

    /// The ranker of a state, of whatever kind.
    /// - Throws: ``FreshetError`` of kind `usage` when nobody has registered its kind, `invalidData` when it is damaged.
    public static func restoreRanker(from checkpoint: Checkpoint) throws -> any LearnedRanker {
        try RankerRegistry.ranker(named: name(of: checkpoint)).read(checkpoint)
    }
}

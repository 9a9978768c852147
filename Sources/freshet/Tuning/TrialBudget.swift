import FreshetCore
import FreshetData
import FreshetModels

/// How a trial gets a share of the full training: fewer epochs where the model has them, else fewer users.
struct TrialBudget {
    /// The settings to add and the data to take.
    typealias Part = (overrides: [String: String], data: TrainingData)

    private static let epochKeys = ["epochs", "iterations"]
    /// The setting that names the group in which some models keep the settings of their way to train.
    private static let trainerKey = "trainer"

    /// The setting that counts the epochs of a model, and its full value; `nil` where the model has none.
    private let epochs: (key: String, full: Double)?
    private let data: TrainingData

    /// Looks at the settings of the full training.
    init(configuration: JSONValue, data: TrainingData) {
        self.data = data
        if let own = Self.epochs(in: configuration) {
            epochs = own
        } else if case .string(let trainer)? = configuration[Self.trainerKey],
            let nested = configuration[trainer].flatMap(Self.epochs)
        {
            epochs = ("\(trainer).\(nested.key)", nested.full)
        } else {
            epochs = nil
        }
    }

    private static func epochs(in settings: JSONValue) -> (key: String, full: Double)? {
        epochKeys.lazy.compactMap { key -> (key: String, full: Double)? in
            guard case .number(let full)? = settings[key] else { return nil }
            return (key, full)
        }.first
    }

    /// The settings of the shortest training: one epoch, where the model has any.
    var shortest: [String: String] { epochs.map { [$0.key: "1"] } ?? [:] }

    /// The settings to add and the data to take for a share of the full training.
    func apply(_ share: Double) -> Part {
        guard share < 1 else { return ([:], data) }
        if let epochs {
            return ([epochs.key: String(max(1, Int((epochs.full * share).rounded())))], data)
        }
        return ([:], data.keepingUsers(share: share))
    }
}

extension TrainingData {
    /// The events of some of the users, spread evenly; every user and item keeps its number.
    fileprivate func keepingUsers(share: Double) -> TrainingData {
        let isKept = (0..<histories.userCount).map { Int(Double($0 + 1) * share) > Int(Double($0) * share) }
        var events: [Bool] = []
        events.reserveCapacity(histories.eventCount)
        for (user, isKept) in isKept.enumerated() {
            events += repeatElement(isKept, count: histories.offsets[user + 1] - histories.offsets[user])
        }
        var dataset = dataset
        dataset.histories = histories.keeping(events)
        return TrainingData(
            dataset: dataset,
            validation: validation.filter { isKept[$0.user.position] },
            content: content
        )
    }
}

import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// The model of `--distil-from`: whose ranking a student learns, and whose settings it begins with.
struct Teacher {
    private let path: String
    private let snapshot: Snapshot

    /// Reads a snapshot of the model that is to be trained.
    /// - Throws: ``FreshetError`` when it is of another model, or cannot be read.
    init(_ path: String, for description: ModelDescription) throws {
        self.path = path
        snapshot = try Snapshot.read(from: path)
        guard snapshot.manifest.model == description.name else {
            throw FreshetError(
                .usage,
                "The teacher in '\(path)' is a \(snapshot.manifest.model), and the student a \(description.name).",
                remedy: "Give a snapshot of the model \(description.name)."
            )
        }
    }

    /// The settings to change: without a preset the teacher's with half its blocks, and over them what is given.
    func overrides(_ options: ModelOptions) throws -> [String: String] {
        let given = try options.overrides()
        guard options.preset == nil, case .object(let settings) = snapshot.manifest.configuration else { return given }
        var overrides: [String: String] = [:]
        for setting in settings {
            overrides[setting.name] = setting.value.text
        }
        if let blocks = (snapshot.scorer as? any PrunableScorer)?.blockCount ?? overrides["blocks"].flatMap({ Int($0) })
        {
            overrides["blocks"] = "\(max(1, blocks / 2))"
        }
        return overrides.merging(given) { $1 }
    }

    /// The learner with its teacher.
    /// - Throws: ``FreshetError`` of kind `usage` when the model learns from none, or the teacher knows other items.
    func teach(_ learner: any Learner, items: IdentifierTable) throws -> any Learner {
        guard var student = learner as? any DistillingLearner else {
            throw FreshetError(
                .usage,
                "The model \(snapshot.manifest.model) does not learn from another.",
                remedy: "Leave --distil-from out, or train \(SequenceTransformer.name)."
            )
        }
        guard items == snapshot.dataset.items else {
            throw FreshetError(
                .usage,
                "The teacher in '\(path)' knows \(Words.count(snapshot.dataset.items.count)) items, which are not the "
                    + "\(Words.count(items.count)) of the data in their order.",
                remedy: "Train both on the same data, read the same way."
            )
        }
        try student.learn(from: snapshot.scorer)
        return student
    }

    /// The teacher's figure, for the student's manifest.
    var metrics: [String: Double] {
        var metrics: [String: Double] = [:]
        metrics["teacher ndcg@10"] = snapshot.manifest.metrics["validation ndcg@10"]
        return metrics
    }

    /// Teacher and student on the held-out events.
    func comparison(with student: Snapshot, seed: UInt64, pool: ThreadPool) -> CompressionReport {
        let trial = CompressionTrial(student, seed: seed, pool: pool)
        return CompressionReport(
            models: trial.measure([("teacher", snapshot.scorer), ("student", student.scorer)]),
            snapshot: nil
        )
    }
}

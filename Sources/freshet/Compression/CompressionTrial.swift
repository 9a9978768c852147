import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor

/// Makes smaller models of one, and measures them all on the events that its training held out.
struct CompressionTrial {
    /// The lengths of the histories that speed is measured on.
    private static let events = 50
    /// How many of them there are at most.
    private static let users = 256
    /// Models are timed by turns, so that what else the machine does meets all of them.
    private static let (turns, secondsPerTurn) = (5, 0.2)

    private let parent: Snapshot
    private let data: TrainingData
    private let seed: UInt64
    private let pool: ThreadPool

    init(_ parent: Snapshot, seed: UInt64, pool: ThreadPool) {
        let split = parent.dataset.leavingLastOut()
        self.parent = parent
        data = TrainingData(dataset: split.training, validation: split.holdouts)
        (self.seed, self.pool) = (seed, pool)
    }

    /// A smaller model.
    func child(_ compression: Compression) throws -> any Scorer {
        try compression.applied(to: parent.scorer, named: parent.manifest.model, on: data, seed: seed)
    }

    /// Shares of pruning from nothing to most of it, with as many blocks and with fewer.
    func curve(rows: CompressedRows.Precision?, layers: Compression.LayerPrecision?) throws -> [Compression] {
        guard let blocks = (parent.scorer as? any PrunableScorer)?.blockCount else {
            // Says what is wrong with it.
            _ = try child(Compression(prunedHeads: 0.25))
            return []
        }
        return (0..<max(blocks, 1)).flatMap { fewer in
            [0, 0.25, 0.5, 0.75].map { share in
                Compression(
                    rows: rows,
                    layers: layers,
                    prunedHeads: share,
                    prunedChannels: share,
                    prunedBlocks: fewer
                )
            }
        }
        .filter { $0.rounds || $0.prunes }
    }

    /// Measures models.
    func measure(_ models: [(name: String, scorer: any Scorer)]) -> [CompressedModel] {
        let speeds = speeds(of: models.map(\.scorer))
        return zip(models, speeds).map { model, speed in
            let validation = LeaveOneOutValidation(of: model.scorer, on: data, pool: pool)
            let arrays = model.scorer.checkpoint().arrays
            return CompressedModel(
                name: model.name,
                bytes: arrays.values.reduce(0) { $0 + $1.byteCount },
                rowBytes: arrays.reduce(0) {
                    $0 + ($1.key == "items" || $1.key.hasPrefix("items.") ? $1.value.byteCount : 0)
                },
                ndcg: validation.ndcg,
                hitRate: validation.hitRate,
                userVectorsPerSecond: speed
            )
        }
    }

    /// Users' vectors a second, one user at a time on this thread; the median of the turns.
    private func speeds(of scorers: [any Scorer]) -> [Double] {
        let contexts = timedContexts
        let vectors = scorers.map { $0 as? any ItemVectorScorer }
        guard !contexts.isEmpty else { return scorers.map { _ in 0 } }
        var speeds = scorers.map { _ in [Double]() }
        for _ in 0..<Self.turns {
            for (place, scorer) in vectors.enumerated() {
                if let scorer { speeds[place].append(Self.speed(of: scorer, on: contexts)) }
            }
        }
        return speeds.map { $0.isEmpty ? 0 : $0.sorted()[$0.count / 2] }
    }

    private static func speed(of scorer: any ItemVectorScorer, on contexts: [ScoringContext]) -> Double {
        var vector = [Float](repeating: 0, count: scorer.vectorWidth)
        return vector.withUnsafeMutableBufferPointer { vector in
            guard let start = vector.baseAddress else { return 0 }
            let began = ProgressReporter.now()
            var count = 0
            while ProgressReporter.now() - began < secondsPerTurn {
                let place = count % contexts.count
                scorer.userVectors(of: contexts[place...place], into: start)
                count += 1
            }
            return Double(count) / (ProgressReporter.now() - began)
        }
    }

    /// The newest events of those who have enough; of all where nobody has.
    private var timedContexts: [ScoringContext] {
        let histories = data.histories
        let users = (0..<histories.userCount).map(UserIndex.init(_:))
        let long = users.filter { histories[$0].count >= Self.events }.prefix(Self.users)
        return (long.isEmpty ? users.filter { histories[$0].count > 0 }.prefix(Self.users) : long).map { user in
            let end = histories.offsets[user.position + 1]
            let start = max(histories.offsets[user.position], end - Self.events)
            return ScoringContext(user: user, history: histories.history(in: start..<end))
        }
    }
}

/// What was measured of one model.
struct CompressedModel: Encodable {
    let name: String
    /// Of all its arrays.
    let bytes: Int
    /// Of the items' vectors.
    let rowBytes: Int
    let ndcg: Double
    let hitRate: Double
    let userVectorsPerSecond: Double
}

/// What `freshet compress` reports.
struct CompressionReport: Encodable {
    /// The parent first.
    let models: [CompressedModel]
    let snapshot: String?

    /// What of its NDCG@10 the parent loses; `nil` where it has none.
    var loss: Double? {
        guard models.count == 2, models[0].ndcg > 0 else { return nil }
        return 1 - models[1].ndcg / models[0].ndcg
    }

    /// A line for each model.
    var table: String {
        var table = ConsoleTable(header: ["model", "bytes", "rows", "NDCG@10", "change", "users' vectors/s", "times"])
        guard let parent = models.first else { return table.text }
        table.rows = models.map { model in
            [
                model.name,
                Words.bytes(model.bytes),
                Words.bytes(model.rowBytes),
                Words.decimal(model.ndcg, 4),
                parent.ndcg > 0 ? Words.percent(model.ndcg / parent.ndcg - 1) : "–",
                Words.count(Int(model.userVectorsPerSecond)),
                Words.decimal(model.userVectorsPerSecond / max(parent.userVectorsPerSecond, 1e-9), 2),
            ]
        }
        return table.text
    }

    var words: String {
        guard let snapshot, models.count == 2 else { return table }
        let rows = Double(models[0].rowBytes) / Double(max(models[1].rowBytes, 1))
        let all = Double(models[0].bytes) / Double(max(models[1].bytes, 1))
        return """
            \(table)

            \(Words.decimal(all, 2)) times smaller, the items' vectors \(Words.decimal(rows, 2)) times.
            Snapshot in \(snapshot).
            """
    }
}

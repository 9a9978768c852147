import FreshetCore
import FreshetNN

extension SequenceUpdater {
    private static let countedItems = "sampled.counted"
    private static let (teacherPrefix, teacherItems) = ("teacher.", "teacherItems")

    /// The whole state, from which ``restore(_:)`` goes on exactly.
    public func checkpoint() -> Checkpoint {
        var arrays = training.network.parameters.arrays(prefix: "weights.")
        arrays.merge(training.average?.arrays(prefix: "average") ?? [:]) { first, _ in first }
        arrays.merge(training.optimizer.state()) { first, _ in first }
        if let teacher {
            arrays.merge(teacher.network.parameters.arrays(prefix: Self.teacherPrefix)) { first, _ in first }
            arrays[Self.teacherItems] = StoredArray([Int64(teacher.knownItems)])
        }
        arrays["counts"] = StoredArray(counts)
        arrays["sampled"] = StoredArray(sampler.counts)
        arrays[Self.countedItems] = StoredArray([Int64(sampler.countedItems)])
        let numbers = [itemCount, typeCount, hasTimes ? 1 : 0, training.rows, steps, targetsSinceSampler]
        arrays["state"] = StoredArray(numbers.map(Int64.init))
        return Checkpoint(arrays: arrays)
    }

    /// Takes over a state of an updater of the same configuration; one that holds no teacher leaves none.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it does not fit.
    public func restore(_ checkpoint: Checkpoint) throws {
        let state = try checkpoint.numbers("state", of: Int64.self, shape: [6]).map(Int.init)
        let (items, rows) = (state[0], state[3])
        guard items >= 0, rows >= max(items, 1), rows <= Int(Int32.max), state[1] == typeCount else {
            throw FreshetError(.invalidData, "The learner's checkpoint describes \(items) items in \(rows) rows.")
        }
        let shape = shape(items: rows)
        let restored = Self.training(
            SequenceNetwork(configuration, shape: shape, seed: nil),
            configuration,
            shape,
            pool
        )
        try restored.network.parameters.restore(checkpoint, prefix: "weights.")
        try restored.average?.restore(checkpoint, prefix: "average")
        try restored.optimizer.restore(checkpoint)
        let teacher = try restoredTeacher(checkpoint, items: items, rows: rows)
        let counts = try checkpoint.numbers("counts", of: Double.self, shape: [max(items, 1)])
        (sampler, self.counts) = (try restoredSampler(checkpoint), counts)
        training = restored
        (itemCount, steps, targetsSinceSampler) = (items, state[4], state[5])
        self.teacher = teacher
    }

    /// The sampler of a checkpoint; of one that does not say how many items were counted at first, all were.
    private func restoredSampler(_ checkpoint: Checkpoint) throws -> NegativeSampler {
        let counts = try checkpoint.numbers("sampled", of: Double.self, shape: [nil])
        guard checkpoint.arrays[Self.countedItems] != nil else { return NegativeSampler(counts: counts) }
        let counted = Int(try checkpoint.numbers(Self.countedItems, of: Int64.self, shape: [1])[0])
        guard (0...counts.count).contains(counted) else {
            throw FreshetError(.invalidData, "The learner's checkpoint counts \(counted) of \(counts.count) items.")
        }
        var sampler = NegativeSampler(counts: Array(counts.prefix(counted)))
        _ = sampler.grow(to: counts)
        return sampler
    }

    /// The teacher of a checkpoint; `nil` when it holds none, as those did that were written before teachers were kept.
    private func restoredTeacher(_ checkpoint: Checkpoint, items: Int, rows: Int) throws -> Teacher? {
        guard checkpoint.arrays[Self.teacherItems] != nil else { return nil }
        let known = Int(try checkpoint.numbers(Self.teacherItems, of: Int64.self, shape: [1])[0])
        guard (0...items).contains(known) else {
            throw FreshetError(.invalidData, "The learner's checkpoint has a teacher of \(known) of \(items) items.")
        }
        var teacher = makeTeacher(rows: rows)
        try teacher.network.parameters.restore(checkpoint, prefix: Self.teacherPrefix)
        teacher.knownItems = known
        return teacher
    }
}

import FreshetCore
import FreshetNN
import FreshetTensor

extension ReplayBuffer {
    /// The exemplars and the state of the sampling, by name.
    public func arrays() -> [String: StoredArray] {
        let stride = contextLength + 1
        return [
            "replay.state": StoredArray([Int64(count), Int64(offered)] + random.state.map(Int64.init(bitPattern:))),
            "replay.lengths": StoredArray(first(count, of: lengths)),
            "replay.users": StoredArray(first(count, of: users)),
            "replay.items": StoredArray(items.prefix(count * stride).map(\.rawValue)),
            "replay.milliseconds": StoredArray(first(count * stride, of: times)),
            "replay.types": StoredArray(first(count * stride, of: types)),
            "replay.weights": StoredArray(first(count * stride, of: weights)),
        ]
    }

    /// The first numbers, without a copy when it is all of them.
    private func first<Number>(_ count: Int, of numbers: [Number]) -> [Number] {
        count >= numbers.count ? numbers : Array(numbers.prefix(count))
    }

    /// Takes over what ``arrays()`` wrote.
    /// - Throws: `FreshetError` of kind `invalidData` when it does not fit.
    public mutating func restore(_ checkpoint: Checkpoint) throws {
        let state = try checkpoint.numbers("replay.state", of: Int64.self, shape: [6])
        let kept = Int(state[0])
        guard (0...capacity).contains(kept), state[1] >= 0,
            let random = RandomSource(state: state[2...].map(UInt64.init(bitPattern:)))
        else {
            throw FreshetError(.invalidData, "The checkpoint holds \(kept) exemplars of \(capacity).")
        }
        let length = kept * (contextLength + 1)
        lengths = try checkpoint.numbers("replay.lengths", shape: [kept])
        users = try checkpoint.numbers("replay.users", shape: [kept])
        items = try checkpoint.numbers("replay.items", of: Int32.self, shape: [length]).map(ItemIndex.init(rawValue:))
        times = try checkpoint.times("replay.milliseconds", orSeconds: "replay.times", shape: [nil])
        types = try checkpoint.numbers("replay.types", shape: [nil])
        // Those of before events had meanings have none.
        weights =
            checkpoint.arrays["replay.weights"] == nil ? [] : try checkpoint.numbers("replay.weights", of: Float.self)
        guard [times.count, types.count, weights.count].allSatisfy({ $0 == 0 || $0 == length }),
            weights.allSatisfy(\.isFinite)
        else {
            throw FreshetError(.invalidData, "The checkpoint holds times, types or weights of some exemplars only.")
        }
        guard lengths.allSatisfy({ (2...contextLength + 1).contains(Int($0)) }) else {
            throw FreshetError(.invalidData, "An exemplar of the checkpoint has an impossible length.")
        }
        (count, offered) = (kept, Int(state[1]))
        self.random = random
    }
}

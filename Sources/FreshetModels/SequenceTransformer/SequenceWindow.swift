import FreshetCore
import FreshetData
import FreshetTensor

/// A run of one user's events to train on: inputs `range`, targets one later.
struct SequenceWindow {
    /// The user.
    let user: UserIndex
    /// The inputs, counted from the user's first event.
    let range: Range<Int>

    /// How many of the inputs, from the first, are context only: their successors are not targets.
    let contextOnly: Int
    /// How many targets there are: the other successors that like their items.
    let targets: Int

    init(user: UserIndex, range: Range<Int>, contextOnly: Int = 0, of history: History = History(items: [])) {
        self.user = user
        self.range = range
        self.contextOnly = contextOnly
        let successors = range.dropFirst(contextOnly)
        targets = history.weights.isEmpty ? successors.count : successors.count { history.weight(at: $0 + 1) > 0 }
    }
    /// What it costs to train on, in events: products grow with the length, attention with its square.
    var cost: Int { range.count * (range.count + 256) }

    /// Divides a batch among workers by cost, the largest first, always to the least loaded: the same every time.
    static func shares(of batch: ArraySlice<SequenceWindow>, workers: Int) -> [[SequenceWindow]] {
        var shares = [[SequenceWindow]](repeating: [], count: workers)
        var loads = [Int](repeating: 0, count: workers)
        let order = batch.indices.sorted {
            (batch[$0].cost, $1) > (batch[$1].cost, $0)
        }
        for index in order {
            let worker = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            shares[worker].append(batch[index])
            loads[worker] += batch[index].cost
        }
        return shares
    }
}

/// The shuffled windows of one epoch.
struct EpochWindows {
    private let windows: [SequenceWindow]

    /// Cuts every history as the configuration says.
    init(_ histories: Histories, _ configuration: SequenceTransformer.Configuration, seed: UInt64, epoch: Int) {
        var windows: [SequenceWindow] = []
        var random = RandomSource.stream(seed: seed, 2, UInt64(epoch))
        let T = configuration.maximumLength
        func add(_ user: UserIndex, _ range: Range<Int>) {
            let window = SequenceWindow(user: user, range: range, of: histories[user])
            if window.targets > 0 { windows.append(window) }
        }
        for user in 0..<histories.userCount {
            let user = UserIndex(user)
            let inputs = histories.offsets[user.position + 1] - histories.offsets[user.position] - 1
            guard inputs > 0 else { continue }
            switch configuration.windows {
            case .last:
                add(user, max(0, inputs - T)..<inputs)
            case .all:
                // The newest window is whole; the cut before it moves from epoch to epoch.
                var end = inputs
                var length = inputs > T ? T - random.below(T / 2 + 1) : T
                while end > 0 {
                    add(user, max(0, end - length)..<end)
                    end -= length
                    length = T
                }
            }
        }
        windows.shuffle(using: &random)
        self.windows = windows
    }

    /// The windows in steps.
    func batches(of size: Int) -> [ArraySlice<SequenceWindow>] {
        stride(from: 0, to: windows.count, by: size).map { windows[$0..<min($0 + size, windows.count)] }
    }
}

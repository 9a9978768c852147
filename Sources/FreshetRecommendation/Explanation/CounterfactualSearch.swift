import FreshetCore

/// Looks for the smallest set of a user's events without which an item is not in the list.
///
/// A set is judged by the list that is computed without it, never by an estimate, and a list that was computed serves all
/// items. The search for one item is a branch and bound:
///
/// 1. Each group of events is left out alone. The order of the groups is that of the margin that this leaves.
/// 2. Groups are left out one after the other in that order until the item is gone, and each that can be spared is put back:
///    a set that does it, and with its size a bound.
/// 3. All smaller sets are tried by size, those with the smallest margins first. The first that does it is the smallest.
///
/// Nothing is cut off below the bound, because leaving more out may bring an item back: with a nonlinear model, and because
/// a list is a race. Only complete enumeration proves a set the smallest (the same question over actions of a user: Ghazimatin
/// et al., "PRINCE", WSDM 2020; over a neural model's history: Tran, Ghazimatin and Saha Roy, SIGIR 2021).
struct CounterfactualSearch {
    /// A set of groups: bit `i` is group `i`.
    typealias Groups = UInt32

    /// What was found for an item.
    enum Finding: Equatable {
        /// No smaller set does it.
        case smallest(Groups)
        /// It does it; a smaller set may, too.
        case found(Groups)
        case none
        case unsearched
    }

    private enum Standing {
        /// In the list, by so much above its last place.
        case stays(Float)
        case leaves
    }

    /// How far the search for an item came.
    private struct Progress {
        let item: ItemIndex
        /// The margin that leaving out a group alone leaves.
        var margins: [Float] = []
        /// The set that does it.
        var best: Groups?
        var isProven = false
        var isCutShort = false
    }

    private let groups: Int
    private let limits: CounterfactualLimits
    private let list: (Groups) -> [ItemIndex: Float]
    private var known: [Groups: [ItemIndex: Float]] = [:]

    /// How many lists were computed.
    var lists: Int { known.count }

    /// Creates a search.
    ///
    /// - Parameters:
    ///   - groups: how many groups of events there are, at most 32.
    ///   - limits: how far to go.
    ///   - list: the items of the list without a set of groups, each with its margin above the last place.
    init(groups: Int, limits: CounterfactualLimits, list: @escaping (Groups) -> [ItemIndex: Float]) {
        precondition(groups <= CounterfactualLimits.mostEvents, "\(groups) groups")
        self.groups = groups
        self.limits = limits
        self.list = list
    }

    /// What each item needs.
    mutating func findings(for items: [ItemIndex]) -> [Finding] {
        var all = items.map { Progress(item: $0) }
        // A bound for every item comes before the proofs, which may use up what is left.
        for place in all.indices { tryAlone(&all[place]) }
        for place in all.indices where !all[place].isProven && !all[place].isCutShort { tryGreedily(&all[place]) }
        for size in stride(from: 2, through: limits.size, by: 1) {
            for place in all.indices where !all[place].isProven && !all[place].isCutShort {
                tryAll(of: size, &all[place])
            }
        }
        return all.map(finding)
    }

    private func finding(_ progress: Progress) -> Finding {
        guard let best = progress.best else { return progress.isCutShort ? .unsearched : .none }
        let isSmallest = progress.isProven || (!progress.isCutShort && best.nonzeroBitCount <= limits.size + 1)
        return isSmallest ? .smallest(best) : .found(best)
    }

    private mutating func standing(_ item: ItemIndex, without left: Groups) -> Standing? {
        if known[left] == nil {
            guard known.count < limits.lists else { return nil }
            known[left] = list(left)
        }
        guard let margin = known[left]?[item] else { return .leaves }
        return .stays(margin)
    }

    private mutating func tryAlone(_ progress: inout Progress) {
        for group in 0..<groups {
            switch standing(progress.item, without: 1 << group) {
            case .stays(let margin): progress.margins.append(margin)
            case .leaves:
                progress.best = 1 << group
                progress.isProven = true
                return
            case nil:
                progress.isCutShort = true
                return
            }
        }
    }

    private mutating func tryGreedily(_ progress: inout Progress) {
        let margins = progress.margins
        let order = margins.indices.sorted { (margins[$0], $0) < (margins[$1], $1) }
        var left: Groups = 0
        for group in order {
            left |= 1 << group
            switch standing(progress.item, without: left) {
            case .stays: continue
            case .leaves: progress.best = left
            case nil: progress.isCutShort = true
            }
            break
        }
        guard var best = progress.best else { return }
        var isSparing = true
        while isSparing {
            isSparing = false
            // What was added last is needed most, so the first are offered last.
            for group in order.reversed() where best & (1 << group) != 0 {
                switch standing(progress.item, without: best & ~(1 << group)) {
                case .stays: continue
                case .leaves:
                    best &= ~(1 << group)
                    isSparing = true
                case nil: progress.isCutShort = true
                }
            }
        }
        progress.best = best
    }

    /// Tries all sets of a size that is smaller than the bound.
    private mutating func tryAll(of size: Int, _ progress: inout Progress) {
        guard size < progress.best?.nonzeroBitCount ?? (groups + 1) else { return }
        let margins = progress.margins
        let sets = Self.sets(of: size, among: groups).map { set in
            (set, margins.indices.reduce(Float(0)) { set & (1 << $1) != 0 ? $0 + margins[$1] : $0 })
        }
        for (set, _) in sets.sorted(by: { ($0.1, $0.0) < ($1.1, $1.0) }) {
            switch standing(progress.item, without: set) {
            case .stays: continue
            case .leaves:
                progress.best = set
                progress.isProven = true
            case nil: progress.isCutShort = true
            }
            return
        }
    }

    /// All sets of a size, in the order of their numbers.
    static func sets(of size: Int, among groups: Int) -> [Groups] {
        guard size > 0, size <= groups else { return [] }
        var found: [Groups] = []
        var set: UInt64 = (1 << size) - 1
        while set < 1 << UInt64(groups) {
            found.append(Groups(set))
            // The next larger number with as many bits (Gosper, HAKMEM 175).
            let lowest = set & (~set &+ 1)
            let ripple = set + lowest
            set = (((ripple ^ set) >> 2) / lowest) | ripple
        }
        return found
    }
}

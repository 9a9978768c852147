import FreshetCore
import FreshetData
import FreshetTensor

/// What fake users imitate: how many events real ones have, and on what.
struct AttackSource {
    /// The share of the items that count as popular, at least one.
    private static let popularShare = 0.02
    /// The items that are most like a target.
    private static let segmentLength = 30
    /// The events of a sequence before its target.
    private static let sequenceLength = 7
    /// No fake user has more, however many some real one has.
    private static let longestProfile = 500
    /// So often something is drawn again that was drawn before.
    private static let draws = 50

    private let histories: Histories
    private let targets: [ItemIndex]
    private let isTarget: [Bool]
    private let known: [ItemIndex]
    private let active: [Int]
    private var isPopular: [Bool]
    /// The items most like each target, the most alike first.
    private var segments: [[ItemIndex]]

    /// - Throws: ``FreshetError`` of kind `usage` where there is no target or no event.
    init(_ histories: Histories, itemCount: Int, targets: [ItemIndex]) throws {
        guard !targets.isEmpty else { throw FreshetError(.usage, "An attack needs an item to push.") }
        guard histories.eventCount > 0 else {
            throw FreshetError(.usage, "Nobody did anything that could be imitated.")
        }
        (self.histories, self.targets) = (histories, targets)
        var isTarget = [Bool](repeating: false, count: itemCount)
        for target in targets { isTarget[target.position] = true }
        self.isTarget = isTarget
        var counts = [Int](repeating: 0, count: itemCount)
        for item in histories.items { counts[item.position] += 1 }
        known = counts.indices.filter { counts[$0] > 0 && !isTarget[$0] }.map(ItemIndex.init(_:))
        guard !known.isEmpty else {
            throw FreshetError(.usage, "All items are targets, so nothing is left beside them.")
        }
        active = (0..<histories.userCount).filter { histories.offsets[$0] < histories.offsets[$0 + 1] }
        isPopular = Array(repeating: false, count: itemCount)
        let order = known.sorted { (counts[$1.position], $0) < (counts[$0.position], $1) }
        for item in order.prefix(max(1, Int(Double(known.count) * Self.popularShare))) {
            isPopular[item.position] = true
        }
        segments = targets.map { Self.likest($0, in: histories, counts, except: isTarget) }
    }

    /// The items whose users are most like those of one, by the cosine.
    private static func likest(
        _ target: ItemIndex,
        in histories: Histories,
        _ counts: [Int],
        except isTarget: [Bool]
    ) -> [ItemIndex] {
        var common = [Int](repeating: 0, count: counts.count)
        for user in 0..<histories.userCount {
            let items = histories.items[histories.offsets[user]..<histories.offsets[user + 1]]
            guard items.contains(target) else { continue }
            for item in Set(items) { common[item.position] += 1 }
        }
        let alike = common.indices.filter { common[$0] > 0 && !isTarget[$0] }
        let scores = alike.map { (Double(common[$0]) / Double(counts[$0]).squareRoot(), $0) }
        return scores.sorted { ($1.0, $0.1) < ($0.0, $1.1) }.prefix(segmentLength).map { ItemIndex($0.1) }
    }

    /// The events of one fake user.
    mutating func profile(_ kind: AttackKind, random: inout RandomSource) -> [ItemIndex] {
        let imitated = active[random.below(active.count)]
        let length = histories.offsets[imitated + 1] - histories.offsets[imitated]
        let events = max(2 * targets.count, min(length, Self.longestProfile))
        let blocks = kind == .sequence ? max(targets.count, events / (Self.sequenceLength + 1)) : targets.count
        var (profile, used) = ([ItemIndex](), Set<ItemIndex>())
        for block in 0..<blocks {
            let place = block % targets.count
            let count = max(1, (block + 1) * events / blocks - block * events / blocks - 1)
            var items = fillers(kind, count, of: place, except: used, random: &random)
            used.formUnion(items)
            // In a sequence the target is what follows; elsewhere order says nothing.
            items.insert(targets[place], at: kind == .sequence ? items.count : random.below(items.count + 1))
            profile += items
        }
        return profile
    }

    /// The events of one block beside its target.
    private func fillers(
        _ kind: AttackKind,
        _ count: Int,
        of target: Int,
        except used: Set<ItemIndex>,
        random: inout RandomSource
    ) -> [ItemIndex] {
        switch kind {
        case .random: return drawn(count, except: used, random: &random) { known[$0.below(known.count)] }
        case .popular:
            return drawn(count, except: used, random: &random) { histories.items[$0.below(histories.eventCount)] }
        case .segment:
            let own = segments[target].filter { !used.contains($0) }.shuffled(using: &random).prefix(count)
            let rest = drawn(count - own.count, except: used.union(own), random: &random) {
                histories.items[$0.below(histories.eventCount)]
            }
            return own + rest
        case .sequence: return sequence(count, except: used, random: &random)
        }
    }

    /// Different items that nobody pushes.
    private func drawn(
        _ count: Int,
        except used: Set<ItemIndex>,
        random: inout RandomSource,
        _ draw: (inout RandomSource) -> ItemIndex
    ) -> [ItemIndex] {
        var (items, used) = ([ItemIndex](), used)
        for _ in 0..<count {
            for _ in 0..<Self.draws {
                let item = draw(&random)
                guard !isTarget[item.position], used.insert(item).inserted else { continue }
                items.append(item)
                break
            }
        }
        return items
    }

    /// A piece of a real user's sequence that ends with a popular item.
    private func sequence(_ count: Int, except used: Set<ItemIndex>, random: inout RandomSource) -> [ItemIndex] {
        for _ in 0..<Self.draws {
            let user = active[random.below(active.count)]
            let rows = histories.offsets[user]..<histories.offsets[user + 1]
            let end = rows.lowerBound + random.below(rows.count)
            guard
                let last = histories.items[rows.lowerBound...end].lastIndex(where: { isFree($0, used, popular: true) })
            else { continue }
            var (piece, seen) = ([ItemIndex](), used)
            for item in histories.items[rows.lowerBound...last].suffix(count)
            where isFree(item, seen, popular: false) {
                seen.insert(item)
                piece.append(item)
            }
            return piece
        }
        return drawn(count, except: used, random: &random) { histories.items[$0.below(histories.eventCount)] }
    }

    private func isFree(_ item: ItemIndex, _ used: Set<ItemIndex>, popular: Bool) -> Bool {
        !isTarget[item.position] && !used.contains(item) && (!popular || isPopular[item.position])
    }
}

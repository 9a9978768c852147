import FreshetCore
import FreshetData

/// The newest events of a history, one group an item: what reasons are given for.
struct EventGroups {
    /// So many newest events are looked at.
    private static let events = 20

    /// All events of one item.
    struct Group {
        let item: ItemIndex
        /// The type of the newest event.
        let type: UInt8
    }

    /// The groups, that of the newest event first.
    let groups: [Group]
    /// The whole history.
    let history: History

    init(of history: History) {
        self.history = history
        var groups: [Group] = []
        for index in history.items.indices.suffix(Self.events).reversed() {
            let item = history.items[index]
            guard !groups.contains(where: { $0.item == item }) else { continue }
            let place = index - history.items.startIndex
            let type = history.types.isEmpty ? 0 : history.types[history.types.startIndex + place]
            groups.append(Group(item: item, type: type))
        }
        self.groups = groups
    }

    /// The history without the events of a group.
    func history(without group: Int) -> History {
        let item = groups[group].item
        let kept = history.items.indices.filter { history.items[$0] != item }.map { $0 - history.items.startIndex }
        func pick<Value>(_ column: ArraySlice<Value>) -> ArraySlice<Value> {
            column.isEmpty ? [] : kept.map { column[column.startIndex + $0] }[...]
        }
        return History(
            items: pick(history.items),
            times: pick(history.times),
            types: pick(history.types),
            values: pick(history.values)
        )
    }
}

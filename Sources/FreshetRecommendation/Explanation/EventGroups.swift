import FreshetCore
import FreshetData

/// The newest events of a history that like their items, one group an item: what reasons are given for.
struct EventGroups {
    /// The number of newest events that are looked at.
    static let events = 20

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

    init(of history: History, newest count: Int = Self.events) {
        self.history = history
        var groups: [Group] = []
        for index in history.items.indices.suffix(count).reversed() {
            let item = history.items[index]
            let place = index - history.items.startIndex
            guard history.weight(at: place) > 0 else { continue }
            guard !groups.contains(where: { $0.item == item }) else { continue }
            let type = history.types.isEmpty ? 0 : history.types[history.types.startIndex + place]
            groups.append(Group(item: item, type: type))
        }
        self.groups = groups
    }

    /// The history without the events of a group.
    func history(without group: Int) -> History {
        let item = groups[group].item
        return history.keeping { history.items[history.items.startIndex + $0] != item }
    }
}

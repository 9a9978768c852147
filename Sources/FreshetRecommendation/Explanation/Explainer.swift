import FreshetCore
import FreshetData
import FreshetModels

/// Says why items are in a list: which of the user's own events carried each, and by how much.
struct Explainer: Sendable {
    /// The most reasons that an item gets.
    private static let reasons = 3
    /// A smaller share of the score is not worth a sentence.
    private static let smallestWeight: Float = 0.01

    let vocabulary: Vocabulary

    init(vocabulary: Vocabulary) { self.vocabulary = vocabulary }

    /// Adds reasons to items, strongest first, their weights at most 1 in sum; none names what may not be shown.
    func explain(_ items: inout [RankedItem], for request: PipelineRequest) {
        guard !items.isEmpty else { return }
        let past = EventGroups(of: request.query.history)
        let attribution = Attribution(of: items.map(\.item), to: past, request)
        for place in items.indices {
            let shares = attribution.shares(place)
            let strongest = shares.indices
                .filter { shares[$0] >= Self.smallestWeight && request.catalog.isAvailable(past.groups[$0].item) }
                .sorted { (shares[$1], $0) < (shares[$0], $1) }
                .prefix(Self.reasons)
            items[place].reasons = strongest.map { group in
                let event = past.groups[group]
                return Reason(
                    text: text(for: event, of: items[place].item, request.catalog),
                    item: vocabulary.id(of: event.item),
                    weight: shares[group]
                )
            }
            if items[place].reasons.isEmpty { items[place].reasons = [general(items[place], request)] }
        }
    }

    /// What an event has to do with an item.
    private func text(
        for event: EventGroups.Group,
        of item: ItemIndex,
        _ catalog: CatalogSnapshot
    ) -> String {
        let type = eventType(of: event)
        guard event.item == item else { return cause(of: event, catalog) }
        return switch type {
        case .purchase: "because you bought it before"
        case .cart: "because you put it into your cart"
        case .like: "because you liked it"
        case .rating: "because you rated it"
        case .view: "because you looked at it"
        default: "because of your \(type.rawValue) of it"
        }
    }

    /// The events of an item as a cause: "because you bought WHITE HANGING HEART".
    func cause(of event: EventGroups.Group, _ catalog: CatalogSnapshot) -> String {
        let type = eventType(of: event)
        let name = catalog.title(of: event.item) ?? vocabulary.id(of: event.item)
        return switch type {
        case .purchase: "because you bought \(name)"
        case .cart: "because you put \(name) into your cart"
        case .like: "because you liked \(name)"
        case .rating: "because you rated \(name)"
        case .view: "because you looked at \(name)"
        default: "because of your \(type.rawValue) of \(name)"
        }
    }

    private func eventType(of event: EventGroups.Group) -> EventType {
        let eventTypes = vocabulary.eventTypes
        return Int(event.type) < eventTypes.count ? eventTypes[Int(event.type)] : .view
    }

    /// The reason where no event of the user's carried the item.
    private func general(_ item: RankedItem, _ request: PipelineRequest) -> Reason {
        if item.sources.contains(.searched) { return Reason(text: "like what you searched for", weight: 0) }
        if item.sources.contains(.newItems) {
            let category = request.catalog.categories(of: item.item).first
            return Reason(text: category.map { "new in \($0)" } ?? "new", weight: 0)
        }
        if item.sources.contains(.popularity) { return Reason(text: "popular right now", weight: 0) }
        if item.sources.contains(.scan) { return Reason(text: "the best that the filter lets through", weight: 0) }
        return Reason(text: "often chosen next", weight: 0)
    }
}

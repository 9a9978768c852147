import FreshetCore
import FreshetData
import FreshetModels
import FreshetRecommendation

/// What an engine reads before it is ready: the catalogue, and from the log what its checkpoint does not hold.
enum EngineStart {
    /// How many events or items are taken at once.
    static let page = 20_000
    /// How many newest events tell who dealt with what lately.
    private static let audienceEvents = 50_000
    /// The number of newest searches that are remembered, about 30 MB.
    private static let newestSearches = 50_000

    /// Brings sessions and streaming models to the end of the log.
    ///
    /// - Parameters:
    ///   - log: the log.
    ///   - offset: what the streaming models know already.
    ///   - sessions: users' events in memory.
    ///   - streaming: the streaming models.
    /// - Returns: the offset of the last event.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    static func replay(
        _ log: any EventLog,
        after offset: Int64,
        into sessions: SessionStore,
        _ streaming: LiveStreaming
    ) throws -> Int64 {
        var offset = offset
        while true {
            let events = try log.events(after: offset, limit: page)
            guard let last = events.last else { return offset }
            sessions.append(events) { streaming.learn($0, after: $1) }
            offset = last.offset
        }
    }

    /// The last thousand events of a log.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    static func newestEvents(of log: any EventLog) throws -> [LoggedEvent] {
        try log.events(after: max(0, log.newestOffset - 1_000), limit: 1_000)
    }

    /// What users looked for lately.
    /// - Throws: ``FreshetError`` when the store cannot be read.
    static func searches(
        of store: any SearchLog,
        before now: Int64,
        _ configuration: EngineConfiguration
    ) throws -> [LoggedSearch] {
        let first = Timestamp(milliseconds: now * 1000 - Int64(configuration.language.searchHours * 3_600_000))
        return try store.searches(since: first, limit: newestSearches)
    }

    /// The newest events of a log: they tell who dealt with what lately.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    static func audience(of log: any EventLog) throws -> [LoggedEvent] {
        try log.events(after: max(0, log.newestOffset - Int64(audienceEvents)), limit: audienceEvents)
    }

    /// Reads the catalogue, and what was removed from it; `also` is called with each portion.
    /// - Throws: ``FreshetError`` when the store cannot be read.
    static func readItems(
        _ store: any Catalog,
        _ vocabulary: Vocabulary,
        into catalog: CatalogView,
        and also: ([(index: ItemIndex, item: Item)]) -> Void = { _ in }
    ) throws {
        var page: [(index: ItemIndex, item: Item)] = []
        try store.forEachItem { item in
            guard let index = vocabulary.item(item.id) else { return }
            page.append((index, item))
            if page.count == Self.page {
                catalog.put(page)
                also(page)
                page.removeAll(keepingCapacity: true)
            }
        }
        catalog.put(page)
        also(page)
        var removed: [ItemIndex] = []
        try store.forEachRemovedItem { id in
            if let index = vocabulary.item(id) { removed.append(index) }
        }
        catalog.remove(removed)
    }
}

import FreshetCore

/// A filter with availability: what a request lets through of one catalogue.
struct ResolvedFilter: Sendable {
    private let program: FilterProgram
    private let includesUnavailable: Bool
    /// Whether what nothing is known of meets every condition.
    private let admitsUnknown: Bool

    /// Whether nothing but availability is asked for.
    var isOpen: Bool { program.entry == FilterProgram.accept }

    /// Compiles a filter; a name that no item has matches nothing.
    ///
    /// - Parameters:
    ///   - filter: what the request asks for.
    ///   - standing: what must hold besides, such as the filter of a scenario.
    ///   - catalog: the items.
    ///   - user: the attributes of the user who asks.
    ///   - now: now, in seconds since 1970.
    ///   - place: where the request asks from.
    init(
        _ filter: ItemFilter?,
        and standing: FilterExpression? = nil,
        _ catalog: CatalogSnapshot,
        user: [String: AttributeValue] = [:],
        now: Int64 = 0,
        place: Place? = nil
    ) {
        let resolver = FilterResolver(terms: catalog.terms, user: user, now: Double(now), place: place)
        program = FilterProgram((standing.map { [$0.root] } ?? []) + (filter?.conditions ?? []), resolver)
        includesUnavailable = filter?.includeUnavailable ?? false
        admitsUnknown = program.admits(ItemDetails())
    }

    /// Whether an item meets every condition; one without details meets those that only exclude.
    func admits(_ item: ItemIndex, _ catalog: CatalogSnapshot) -> Bool {
        let number = item.position / CatalogChunk.size
        guard number < catalog.chunks.count else { return admits([], catalog) }
        return admits(item.position % CatalogChunk.size, of: catalog.chunks[number], catalog)
    }

    /// Calls `body` with every item below a number that meets every condition.
    func forEachAdmitted(below count: Int, _ catalog: CatalogSnapshot, _ body: (ItemIndex) -> Void) {
        for (number, chunk) in catalog.chunks.enumerated() {
            let first = number * CatalogChunk.size
            guard first < count else { return }
            for place in 0..<min(CatalogChunk.size, count - first) where admits(place, of: chunk, catalog) {
                body(ItemIndex(first + place))
            }
        }
        let known = catalog.chunks.count * CatalogChunk.size
        guard known < count, admits([], catalog) else { return }
        for position in known..<count { body(ItemIndex(position)) }
    }

    /// Whether an item of these flags may be shown and, where nothing is known of it, meets every condition.
    @inline(__always)
    private func admits(_ flags: CatalogChunk.Flags, _ catalog: CatalogSnapshot) -> Bool {
        guard catalog.admits(flags, includingUnavailable: includesUnavailable) else { return false }
        return flags.contains(.known) || admitsUnknown
    }

    @inline(__always)
    private func admits(_ place: Int, of chunk: CatalogChunk, _ catalog: CatalogSnapshot) -> Bool {
        let flags = chunk.flags[place]
        guard admits(flags, catalog) else { return false }
        return isOpen || !flags.contains(.known) || program.admits(chunk.details[place])
    }
}

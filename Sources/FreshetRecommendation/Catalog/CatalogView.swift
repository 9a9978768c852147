import FreshetCore
import FreshetLanguage
import Synchronization

/// What policies, filters and content similarity need to know of every item, by ``FreshetCore/ItemIndex``.
///
/// Requests take ``current()``, which is immutable; a change replaces one chunk and is seen by the next request.
/// A change of one item costs the same however large the catalogue but for a list of `V / 256` references.
public final class CatalogView: Sendable {
    private struct State {
        var chunks: [CatalogChunk] = []
        var weights = ContentWeights.none
        var itemCount = 0
        var knownCount = 0
        var removedCount = 0
        var hasPlaces = false
        var newcomers: [ItemIndex] = []
        var revision: UInt64 = 0
    }

    /// The newcomers that are kept at least; the oldest are dropped at twice as many.
    private static let newcomers = 1024

    private let state = Mutex(State())
    private let terms = TermTable()
    private let tokenizer = WordTokenizer()
    private let unlisted: UnlistedItems

    /// Creates an empty catalogue.
    /// - Parameter unlisted: whether items that it does not have may be shown.
    public init(unlisted: UnlistedItems = .automatic) { self.unlisted = unlisted }

    /// The catalogue as it is now.
    public func current() -> CatalogSnapshot {
        state.withLock { state in
            CatalogSnapshot(
                chunks: state.chunks,
                terms: terms,
                weights: state.weights,
                newcomers: state.newcomers,
                showsUnlisted: unlisted == .show || unlisted == .automatic && state.knownCount == 0,
                knownCount: state.knownCount,
                removedCount: state.removedCount,
                hasPlaces: state.hasPlaces,
                itemCount: state.itemCount,
                revision: state.revision
            )
        }
    }

    /// Adds items, or replaces all that was known of them.
    public func put(_ items: [(index: ItemIndex, item: Item)]) {
        // Reading text is the work; it is done before the lock is taken.
        let changes = items.map { index, item in
            let flags: CatalogChunk.Flags = item.available == false ? [.known, .unavailable] : .known
            return (index, flags, ItemDetails(of: item, terms: terms, tokenizer: tokenizer))
        }
        apply(changes)
    }

    /// Adds an item, or replaces all that was known of it.
    public func put(_ item: Item, at index: ItemIndex) { put([(index, item)]) }

    /// Removes items: they are shown no more, until they are put again.
    public func remove(_ items: [ItemIndex]) { apply(items.map { ($0, .removed, ItemDetails()) }) }

    /// Removes an item: it is shown no more, until it is put again.
    public func remove(_ index: ItemIndex) { remove([index]) }

    private func apply(_ changes: [(ItemIndex, CatalogChunk.Flags, ItemDetails)]) {
        state.withLock { state in
            // Chunk by chunk, so that many changes copy each chunk once; the sort is stable in the order given.
            let order = changes.indices.sorted { (changes[$0].0, $0) < (changes[$1].0, $1) }
            var next = 0
            while next < order.count {
                let chunk = changes[order[next]].0.position / CatalogChunk.size
                var columns = Columns(of: chunk < state.chunks.count ? state.chunks[chunk] : .empty)
                while next < order.count, changes[order[next]].0.position / CatalogChunk.size == chunk {
                    let (index, flags, details) = changes[order[next]]
                    replace(index, flags, details, in: &columns, of: &state)
                    next += 1
                }
                while state.chunks.count <= chunk { state.chunks.append(.empty) }
                state.chunks[chunk] = CatalogChunk(flags: columns.flags, details: columns.details)
            }
            if state.weights.isOutdated(itemCount: state.knownCount) {
                state.weights = ContentWeights(itemCount: state.knownCount, counts: terms.counts())
            }
            state.revision += 1
        }
    }

    private func replace(
        _ index: ItemIndex,
        _ flags: CatalogChunk.Flags,
        _ details: ItemDetails,
        in columns: inout Columns,
        of state: inout State
    ) {
        let place = index.position % CatalogChunk.size
        let old = columns.details[place]
        let wasKnown = columns.flags[place].contains(.known)
        let isKnown = flags.contains(.known)
        terms.remove(old.labels, of: index)
        terms.remove(old.words, of: index)
        terms.add(details.labels, of: index)
        terms.add(details.words, of: index)
        state.knownCount += (isKnown ? 1 : 0) - (wasKnown ? 1 : 0)
        state.removedCount += (flags.contains(.removed) ? 1 : 0) - (columns.flags[place].contains(.removed) ? 1 : 0)
        if details.place != nil { state.hasPlaces = true }
        if isKnown && !wasKnown {
            state.newcomers.append(index)
            if state.newcomers.count >= 2 * Self.newcomers { state.newcomers.removeFirst(Self.newcomers) }
        }
        state.itemCount = max(state.itemCount, index.position + 1)
        columns.flags[place] = flags
        columns.details[place] = details
    }
}

/// A chunk while it is changed.
private struct Columns {
    var flags: [CatalogChunk.Flags]
    var details: [ItemDetails]

    init(of chunk: CatalogChunk) {
        flags = chunk.flags
        details = chunk.details
    }
}

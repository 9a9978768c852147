import FreshetCore

/// The catalogue at one moment, immutable: taken once by a request and passed down.
///
/// Every item has an answer. One that was only seen in events has no details, and may be shown where
/// ``showsUnlisted`` says so.
public struct CatalogSnapshot: Sendable {
    let chunks: [CatalogChunk]
    let terms: TermTable
    let weights: ContentWeights
    /// The items that came into the catalogue last, oldest first.
    let newcomers: [ItemIndex]
    /// Whether items without an entry may be shown.
    public let showsUnlisted: Bool
    /// How many items have an entry.
    public let knownCount: Int
    /// How many items were removed and not put again.
    public let removedCount: Int
    /// Whether any item is or was known to be somewhere.
    public let hasPlaces: Bool
    /// How many items there are, counting up to the highest number that was ever put.
    public let itemCount: Int
    /// The number of changes so far: two snapshots with the same number are equal.
    public let revision: UInt64

    private func flags(of item: ItemIndex) -> CatalogChunk.Flags {
        let chunk = item.position / CatalogChunk.size
        return chunk < chunks.count ? chunks[chunk].flags[item.position % CatalogChunk.size] : []
    }

    /// Whether an item may be shown now, as far as no filter asks for more.
    public func isAvailable(_ item: ItemIndex) -> Bool { admits(flags(of: item), includingUnavailable: false) }

    /// Whether an item of these flags may be shown: never a removed one, a hidden one where it is asked for, one without
    /// an entry where such are shown.
    @inline(__always)
    func admits(_ flags: CatalogChunk.Flags, includingUnavailable: Bool) -> Bool {
        let hindrances: CatalogChunk.Flags = includingUnavailable ? .removed : [.removed, .unavailable]
        return flags.isDisjoint(with: hindrances) && (showsUnlisted || flags.contains(.known))
    }

    /// Whether an item is hidden: its entry says that it is not available.
    public func isHidden(_ item: ItemIndex) -> Bool { flags(of: item).contains(.unavailable) }

    /// Whether an item was removed and not put again.
    public func isRemoved(_ item: ItemIndex) -> Bool { flags(of: item).contains(.removed) }

    /// What is known of an item, or `nil`.
    func details(of item: ItemIndex) -> ItemDetails? {
        let chunk = item.position / CatalogChunk.size
        guard chunk < chunks.count else { return nil }
        let place = item.position % CatalogChunk.size
        return chunks[chunk].flags[place].contains(.known) ? chunks[chunk].details[place] : nil
    }

    /// What an item's first labels are, as numbers that stay the same.
    func traits(of item: ItemIndex) -> [UInt32] {
        let chunk = item.position / CatalogChunk.size
        return chunk < chunks.count ? chunks[chunk].details[item.position % CatalogChunk.size].traits : []
    }

    /// The title of an item, where it has one.
    public func title(of item: ItemIndex) -> String? { details(of: item)?.title }

    /// Where an item is, where that is known.
    public func place(of item: ItemIndex) -> Place? { details(of: item)?.place }

    /// An attribute of an item that is a number.
    public func number(_ name: String, of item: ItemIndex) -> Double? {
        guard let term = terms.number(of: Term(kind: .name, text: name)),
            let entry = details(of: item)?.entries.first(where: { $0.name == term && $0.form == .number })
        else { return nil }
        return entry.value
    }

    /// Whether any item has an attribute that is a number; looks at the catalogue until one has.
    public func hasNumber(_ name: String) -> Bool {
        hasAttribute(name) && (0..<itemCount).contains { number(name, of: ItemIndex($0)) != nil }
    }

    /// Whether any item has or had an attribute.
    public func hasAttribute(_ name: String) -> Bool { terms.number(of: Term(kind: .name, text: name)) != nil }

    /// The categories of an item.
    public func categories(of item: ItemIndex) -> [String] {
        details(of: item)?.categories.map { terms.term($0).text } ?? []
    }

    /// When an item came into being, in seconds since 1970, where it is known.
    public func createdAt(_ item: ItemIndex) -> Int64? { details(of: item)?.createdAt }
}

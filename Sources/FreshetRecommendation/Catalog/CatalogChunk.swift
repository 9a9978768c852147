/// A run of neighbouring items of a catalogue: immutable, replaced when one of them changes.
final class CatalogChunk: Sendable {
    /// How many items a chunk holds: a change copies one chunk and the list of chunks, so neither may be long.
    static let size = 256

    /// What is said about an item in one byte.
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8

        /// Its details are known.
        static let known = Flags(rawValue: 1)
        /// It must not be recommended for now.
        static let unavailable = Flags(rawValue: 2)
        /// It was removed from the catalogue.
        static let removed = Flags(rawValue: 4)
    }

    let flags: [Flags]
    let details: [ItemDetails]

    static let empty = CatalogChunk(
        flags: Array(repeating: [], count: size),
        details: Array(repeating: ItemDetails(), count: size)
    )

    init(flags: [Flags], details: [ItemDetails]) {
        self.flags = flags
        self.details = details
    }
}

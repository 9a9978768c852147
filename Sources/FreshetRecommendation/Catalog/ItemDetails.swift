import FreshetCore

/// What policies, filters and content similarity need of an item.
struct ItemDetails: Sendable, Equatable {
    /// What an attribute is.
    struct Forms: OptionSet, Sendable {
        let rawValue: UInt8

        static let number = Forms(rawValue: 1)
        /// Yes as 1 and no as 0.
        static let flag = Forms(rawValue: 2)
        /// One text; the value is the moment that it names, in seconds since 1970, or not a number.
        static let text = Forms(rawValue: 4)
        /// Several texts; the value is how many.
        static let texts = Forms(rawValue: 8)
    }

    /// An attribute, in the order of the names; its texts are among the labels, in the same order.
    struct Entry: Sendable, Equatable {
        /// The name's term.
        var name: UInt32
        var form: Forms
        var value: Double

        /// Whether two are the same, a text that names no moment included.
        static func == (left: Entry, right: Entry) -> Bool {
            (left.name, left.form, left.value.bitPattern) == (right.name, right.form, right.value.bitPattern)
        }
    }

    /// A short name for people.
    var title: String?
    /// When it came into being, in seconds since 1970.
    var createdAt: Int64?
    /// Where it is.
    var place: Place?
    /// Its categories, then its tags, then its attributes that are words, each a term.
    var labels: [UInt32] = []
    /// What the first labels are, each once, as numbers that stay the same.
    var traits: [UInt32] = []
    /// How many of the labels are categories.
    var categoryCount = 0
    /// How many of the labels are categories or tags.
    var attributeStart = 0
    /// Its attributes.
    var entries: [Entry] = []
    /// The distinct words of title and text, as terms.
    var words: [UInt32] = []
    /// How often each word occurs.
    var wordCounts: [UInt16] = []

    var categories: ArraySlice<UInt32> { labels[..<categoryCount] }
    var tags: ArraySlice<UInt32> { labels[categoryCount..<attributeStart] }
    var attributes: ArraySlice<UInt32> { labels[attributeStart...] }
    var hasContent: Bool { !labels.isEmpty || !words.isEmpty }
}

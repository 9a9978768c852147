import FreshetCore

/// What policies, filters and content similarity need of an item.
struct ItemDetails: Sendable, Equatable {
    /// A number that an item has under a name, or yes as 1 and no as 0.
    struct NumericAttribute: Sendable, Equatable {
        /// The name's term.
        var name: UInt32
        /// Whether it is yes or no.
        var isFlag = false
        var value: Double
    }

    /// A short name for people.
    var title: String?
    /// When it came into being, in seconds since 1970.
    var createdAt: Int64?
    /// Its categories, then its tags, then its attributes that are words, each a term.
    var labels: [UInt32] = []
    /// How many of the labels are categories.
    var categoryCount = 0
    /// How many of the labels are categories or tags.
    var attributeStart = 0
    /// Its attributes that are numbers, or yes or no.
    var numbers: [NumericAttribute] = []
    /// The distinct words of title and text, as terms.
    var words: [UInt32] = []
    /// How often each word occurs.
    var wordCounts: [UInt16] = []

    var categories: ArraySlice<UInt32> { labels[..<categoryCount] }
    var tags: ArraySlice<UInt32> { labels[categoryCount..<attributeStart] }
    var attributes: ArraySlice<UInt32> { labels[attributeStart...] }
    var hasContent: Bool { !labels.isEmpty || !words.isEmpty }
}

/// An answer that feedback may still come to.
struct OpenAnswer {
    /// How many positions are told apart; further ones are served without feedback.
    static let positions = 64

    /// The number of its `recommendation_id`.
    let id: UInt64
    /// The number of its user; of its own where it has none.
    var user: UInt64
    /// When it was given, in milliseconds since 1970.
    let time: Int64
    /// The number of its group's day in the table.
    let key: Int
    /// Where its items begin among those of all open answers.
    let firstPlace: Int
    /// How many items it has.
    let count: Int
    /// The user's answer before it, or -1.
    var previous: Int
    /// The positions that count as seen, a bit each.
    var seen: UInt64
    /// The positions that were clicked.
    var clicked: UInt64 = 0
    /// Whether it was said what was on the screen.
    var isReported = false
}

/// Small event logs with a pattern: users walk around a ring of items.
enum TinyData {
    static let users = 24
    static let items = 12
    static let events = 8

    /// The item that a user chooses as their `step`-th.
    static func item(_ user: Int, _ step: Int) -> String {
        "item \((user * 5 + step) % items)".replacing(" ", with: "-")
    }

    /// All events but each user's last as `user<TAB>item` lines.
    static var training: String { lines(0..<events - 1) }

    /// Each user's last event.
    static var test: String { lines(events - 1..<events) }

    private static func lines(_ steps: Range<Int>) -> String {
        (0..<users).flatMap { user in steps.map { "user\(user)\t\(item(user, $0))\n" } }.joined()
    }
}

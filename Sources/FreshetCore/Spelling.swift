/// Which name somebody meant who wrote another: for messages that suggest one.
public enum Spelling {
    /// A longer name is no slip of a name, and comparing it would cost too much.
    private static let longestName = 64

    /// The known name that is nearest to one that is not known; `nil` when none is near.
    ///
    /// Near is what differs in at most a third of its letters, two letters in the wrong order counting as one
    /// difference, and what has the other name within it, such as `user_id` for `user`. Neither case nor `_` and `-`
    /// count: `includeSeen` is `include_seen`.
    public static func nearest(to name: String, among known: some Collection<String>) -> String? {
        guard name.utf8.count <= longestName else { return nil }
        let letters = letters(of: name)
        var best: (name: String, distance: Int)?
        for candidate in known {
            let others = self.letters(of: candidate)
            let distance = distance(letters, others)
            // Names that have no letter in common are not alike, however short they are.
            guard distance <= max(1, max(letters.count, others.count) / 3), distance < letters.count,
                distance < best?.distance ?? .max
            else { continue }
            best = (candidate, distance)
        }
        return best?.name ?? known.first { isPart(letters, self.letters(of: $0)) }
    }

    /// ` Did you mean 'NAME'?` behind a sentence, or nothing.
    public static func question(for name: String, among known: some Collection<String>) -> String {
        nearest(to: name, among: known).map { " Did you mean '\($0)'?" } ?? ""
    }

    private static func letters(of name: String) -> [UInt8] {
        name.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
    }

    /// Whether one of two names, of three letters at least, stands in the other.
    private static func isPart(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let (part, whole) = left.count < right.count ? (left, right) : (right, left)
        guard part.count >= 3 else { return false }
        return (0...(whole.count - part.count)).contains { whole[$0..<($0 + part.count)].elementsEqual(part) }
    }

    /// How many letters must be changed, added, taken away or swapped with the next (optimal string alignment: Damerau,
    /// 1964).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var row = [i + 1] + right.map { _ in 0 }
            for (j, other) in right.enumerated() {
                row[j + 1] = min(last[j] + (letter == other ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
                    row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
                }
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}

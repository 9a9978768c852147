import FreshetCore
import FreshetData
import FreshetTensor

/// Texts of which it is known what they are: what a ``TextClassifier`` learns from and is measured by.
public struct LabelledTexts: Sendable, Equatable {
    /// The names that the column of the texts usually has.
    public static let textColumns = [
        "text", "sentence", "question", "query", "review", "comment", "message", "utterance", "content", "title",
        "phrase",
    ]
    /// The names that the column of the labels usually has.
    public static let labelColumns = [
        "label", "category", "class", "intent", "sentiment", "topic", "target", "tag", "polarity",
    ]

    /// The texts.
    public var texts: [String]
    /// The label of each.
    public var labels: [String]

    /// Creates labelled texts.
    public init(texts: [String] = [], labels: [String] = []) {
        precondition(texts.count == labels.count, "\(labels.count) labels for \(texts.count) texts")
        (self.texts, self.labels) = (texts, labels)
    }

    /// Reads a table; rows without a text or a label are left out.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - text: the column of the texts; one of ``textColumns`` unless given.
    ///   - label: the column of the labels; one of ``labelColumns`` unless given.
    ///   - options: encoding, separator and header, where they are known.
    /// - Returns: the texts, and what was left out in words, `nil` where nothing was.
    /// - Throws: `FreshetError` when the file is no table, lacks a column, or has nothing to learn from.
    public static func read(
        _ path: String,
        text: String? = nil,
        label: String? = nil,
        options: ImportOptions = ImportOptions()
    ) throws -> (texts: LabelledTexts, leftOut: String?) {
        let table = try TextTable(
            path: path,
            columns: [text.map { [$0] } ?? textColumns, label.map { [$0] } ?? labelColumns],
            options: options
        )
        let whole = table.rows.filter { !$0[0].isEmpty && !$0[1].isEmpty }
        guard !whole.isEmpty else {
            throw FreshetError(
                .invalidData,
                "'\(path)' has no row with a text and a label.",
                remedy: "Name the columns: --text-column and --label-column."
            )
        }
        let missing = table.rows.count - whole.count
        let dropped = table.report.drops.reduce(0) { $0 + $1.count }
        let parts = [
            missing > 0 ? "\(missing) rows without a text or a label" : nil,
            dropped > 0 ? "\(dropped) malformed lines" : nil,
        ].compactMap(\.self)
        return (
            LabelledTexts(texts: whole.map { $0[0] }, labels: whole.map { $0[1] }),
            parts.isEmpty ? nil : "left out: " + parts.joined(separator: ", ")
        )
    }

    /// The labels that there are, sorted.
    public var classes: [String] { Set(labels).sorted() }

    /// The texts in two parts, each with the same share of every class; of each class at least one stays in the first.
    ///
    /// - Parameters:
    ///   - share: the share of the second part.
    ///   - seed: decides which.
    /// - Returns: both parts, each in the order of the whole.
    public func split(holdingOut share: Double, seed: UInt64) -> (training: LabelledTexts, heldOut: LabelledTexts) {
        var random = RandomSource.stream(seed: seed, 23)
        var isHeldOut = [Bool](repeating: false, count: texts.count)
        let places = Dictionary(grouping: texts.indices) { labels[$0] }
        for (_, members) in places.sorted(by: { $0.key < $1.key }) {
            let count = min(Int((share * Double(members.count)).rounded()), members.count - 1)
            for place in members.shuffled(using: &random).prefix(count) { isHeldOut[place] = true }
        }
        return (
            self[texts.indices.filter { !isHeldOut[$0] }], self[texts.indices.filter { isHeldOut[$0] }]
        )
    }

    private subscript(places: [Int]) -> LabelledTexts {
        LabelledTexts(texts: places.map { texts[$0] }, labels: places.map { labels[$0] })
    }

    /// Checks that there is something to learn.
    /// - Throws: `FreshetError` of kind `invalidData`.
    func check() throws {
        let classes = classes
        guard classes.count > 1 else {
            throw FreshetError(
                .invalidData,
                "All \(texts.count) texts have the label '\(classes.first ?? "")'.",
                remedy: "A classifier needs two labels at least; check which column holds them (--label-column)."
            )
        }
        guard texts.count < 20 || classes.count * 2 <= texts.count else {
            throw FreshetError(
                .invalidData,
                "\(texts.count) texts have \(classes.count) different labels.",
                remedy: "Most labels occur once: check which column holds them (--label-column)."
            )
        }
    }
}

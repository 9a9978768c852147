import FreshetEvaluation

/// What `freshet audit erasure` found.
struct ErasureReport: Encodable {
    let model: String
    let seed: UInt64
    let canaries: Int
    let length: Int
    /// The events of the data.
    let events: Int
    /// The rows that went from the store.
    let erasedRows: Int
    /// Of how many canaries the engine still knows something.
    let left: Int
    /// Canaries against strangers, by the model that saw the canaries.
    let before: MembershipTest
    /// The same by the model that was trained after they were erased.
    let after: MembershipTest
    /// That model against the twin that never saw them.
    let twin: TwinDistance
    /// The model that saw them against the twin.
    let trained: TwinDistance

    enum CodingKeys: String, CodingKey {
        case model, seed, canaries, length, events, left, before, after, twin, trained, passed, sensitive
        case erasedRows = "erased_rows"
    }

    /// Whether nothing of the canaries is left that the audit can find.
    var passed: Bool { left == 0 && !after.tellsApart }

    /// Whether the audit would have found something: the model that saw the canaries tells them from strangers.
    var isSensitive: Bool { before.auc > 0.5 + before.margin }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(seed, forKey: .seed)
        try container.encode(canaries, forKey: .canaries)
        try container.encode(length, forKey: .length)
        try container.encode(events, forKey: .events)
        try container.encode(erasedRows, forKey: .erasedRows)
        try container.encode(left, forKey: .left)
        try container.encode(before, forKey: .before)
        try container.encode(after, forKey: .after)
        try container.encode(twin, forKey: .twin)
        try container.encode(trained, forKey: .trained)
        try container.encode(passed, forKey: .passed)
        try container.encode(isSensitive, forKey: .sensitive)
    }

    var words: String {
        var table = ConsoleTable(header: ["weights", "AUC", "chance", "told apart", "distance to the twin"])
        for (name, test, distance) in [("that saw them", before, trained), ("trained after the erasure", after, twin)] {
            table.rows.append([
                name, Words.decimal(test.auc, 4), "0.5 ± \(Words.decimal(test.margin, 3))",
                test.tellsApart ? "yes" : "no",
                distance.isIdentical ? "0 (every bit)" : Words.decimal(distance.distance, 6),
            ])
        }
        let verdict =
            passed
            ? "Passed: nothing is left of them in the store, and the weights do not tell them from strangers."
            : "Failed: \(left) of them are still known, and the weights "
                + (after.tellsApart ? "tell them from strangers." : "do not tell them from strangers.")
        let warning =
            isSensitive
            ? ""
            : "\n\nThe weights that saw them did not tell them apart either: with this model and these settings the membership test "
                + "says little, and only the distance to the twin does."
        return """
            \(model), \(Words.count(events)) events, seed \(seed): \(Words.count(canaries)) canaries of \(length) events each were \
            learned, erased (\(Words.count(erasedRows)) rows) and left out of a new training.

            \(table.text)

            AUC is the chance that a canary's own events are ranked higher than those of a stranger, who was drawn in the same way and \
            never seen. The twin was trained before they came, with the same seed.

            \(verdict)\(warning)
            """
    }
}

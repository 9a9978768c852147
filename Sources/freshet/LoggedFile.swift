import FreshetCore
import FreshetData
import FreshetExperiments
import FreshetFeedback

/// Reads what a policy showed, with its propensities, and another policy's chances to show the same.
enum LoggedFile {
    /// The decisions of a log.
    ///
    /// - Parameters:
    ///   - path: a table with the columns `reward` and `propensity`, with `item` and `position` where a policy is looked
    ///     up by them, and with `target` where it holds the judged policy's chance itself.
    ///     The feedback that `freshet export` writes is such a table too, whose reward is a click or a conversion.
    ///   - policy: the file of the judged policy, `uniform`, or `nil` for the column `target`.
    /// - Returns: the decisions, in the order of the file.
    /// - Throws: ``FreshetError`` that names the line or column which is wrong.
    static func read(_ path: String, policy: String?) throws -> [LoggedDecision] {
        var rows: [Row] = []
        try TableFile.forEachRow(of: path, select: { try Columns($0, path: path, needsTarget: policy == nil) }) {
            columns,
            fields in
            let row = try Row(fields, columns, line: rows.count + 1, path: path)
            if row.isOfSeveral { return }
            if let last = rows.last, !row.answer.isEmpty, (last.answer, last.position) == (row.answer, row.position) {
                // A further event on the same item.
                rows[rows.count - 1].reward = max(last.reward, row.reward)
            } else {
                rows.append(row)
            }
        }
        guard !rows.isEmpty else { throw FreshetError(.invalidData, "'\(path)' holds no decisions.") }
        let chance = try policy.map { try LoggedPolicy($0, items: Set(rows.map(\.item))) }
        return try rows.map { row in
            LoggedDecision(
                reward: row.reward,
                propensity: row.propensity,
                target: try chance.map { try $0.chance(of: row.item, at: row.position) } ?? row.target,
                predicted: row.predicted,
                expected: row.expected
            )
        }
    }

    private struct Columns {
        /// Those of exported feedback, in the place of a reward.
        struct Feedback {
            let answer: Int
            let type: Int
            let variant: Int?

            init?(_ header: TableHeader) {
                guard let answer = header.position(of: ["recommendation_id"]), let type = header.position(of: ["type"])
                else { return nil }
                (self.answer, self.type, variant) = (answer, type, header.position(of: ["variant"]))
            }
        }

        let reward: Int?
        let feedback: Feedback?
        let propensity: Int
        let target: Int?
        let item: Int?
        let position: Int?
        let predicted: Int?
        let expected: Int?

        init(_ header: TableHeader, path: String, needsTarget: Bool) throws {
            feedback = Feedback(header)
            reward =
                feedback == nil ? try header.position(ofRequired: ["reward", "click", "clicked", "value"]) : nil
            propensity = try header.position(ofRequired: ["propensity", "propensity_score", "pscore"])
            target = header.position(of: ["target", "target_propensity"])
            item = header.position(of: ["item", "item_id", "action"])
            position = header.position(of: ["position", "place"])
            predicted = header.position(of: ["predicted"])
            expected = header.position(of: ["expected"])
            if needsTarget, target == nil {
                throw FreshetError(
                    .usage,
                    "'\(path)' has no column 'target' with the judged policy's chances.",
                    remedy: "Add it, or give the policy: --policy FILE or --policy uniform."
                )
            }
            if !needsTarget, item == nil {
                throw FreshetError(.usage, "'\(path)' has no column 'item' to look up in the policy.")
            }
        }
    }

    private struct Row {
        var reward: Double
        let propensity: Double
        let target: Double
        let item: String
        let position: Int
        let predicted: Double?
        let expected: Double?
        /// The answer that it is of, where that is known.
        let answer: String
        /// Whether several variants made the answer together, so that its propensities are not known.
        let isOfSeveral: Bool

        init(_ fields: [Bytes], _ columns: Columns, line: Int, path: String) throws {
            func number(_ column: Int?, _ name: String, in range: ClosedRange<Double>) throws -> Double? {
                guard let column else { return nil }
                guard let value = NumberText.double(fields[column]), range.contains(value) else {
                    throw FreshetError(
                        .invalidData,
                        "'\(path)', row \(line): the \(name) is '\(String(decoding: fields[column], as: UTF8.self))'.",
                        remedy: name == "propensity"
                            ? "It is the chance with which the item was shown: above 0, up to 1." : nil
                    )
                }
                return value
            }
            let finite = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
            func text(_ column: Int?) -> String { column.map { String(decoding: fields[$0], as: UTF8.self) } ?? "" }
            let outcome = FeedbackRules().kinds[text(columns.feedback?.type)]
            let isSuccess = outcome == .click || outcome == .conversion
            reward = try number(columns.reward, "reward", in: finite) ?? (isSuccess ? 1 : 0)
            answer = text(columns.feedback?.answer)
            isOfSeveral = text(columns.feedback?.variant).hasSuffix(":interleaved")
            propensity = try number(columns.propensity, "propensity", in: .leastNonzeroMagnitude...1) ?? 1
            target = try number(columns.target, "target", in: 0...1) ?? 0
            item = text(columns.item)
            position = Int(try number(columns.position, "position", in: 0...1e9) ?? 1)
            predicted = try number(columns.predicted, "predicted", in: finite)
            expected = try number(columns.expected, "expected", in: finite)
        }
    }
}

/// A policy's chances to show items in places.
private struct LoggedPolicy {
    private let chances: [String: [Double]]
    private let uniform: Double?
    private let path: String

    /// Reads `uniform`, which shows every item of the log alike, or a table without a header: a row for each item, numbered
    /// from 0, a column for each position, numbered from 1.
    init(_ path: String, items: Set<String>) throws {
        self.path = path
        guard path != "uniform" else {
            (chances, uniform) = ([:], 1 / Double(items.count))
            return
        }
        var rows: [String: [Double]] = [:]
        try TableFile.forEachRow(of: path, select: { _ in () }) { _, fields in
            rows["\(rows.count)"] = try fields.map { field in
                guard let chance = NumberText.double(field), (0...1).contains(chance) else {
                    throw FreshetError(
                        .invalidData,
                        "'\(path)', row \(rows.count + 1): '\(String(decoding: field, as: UTF8.self))' is no chance.",
                        remedy: "A policy is a table of chances: a row an item, a column a position, no header."
                    )
                }
                return chance
            }
        }
        (chances, uniform) = (rows, nil)
    }

    func chance(of item: String, at position: Int) throws -> Double {
        if let uniform { return uniform }
        guard let row = chances[item], position >= 1, position <= row.count else {
            throw FreshetError(
                .invalidData,
                "The policy '\(path)' has no chance for the item '\(item)' at position \(position).",
                remedy: "Its rows are the items 0, 1, …, its columns the positions 1, 2, …"
            )
        }
        return row[position - 1]
    }
}

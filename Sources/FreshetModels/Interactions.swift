import FreshetCore
import FreshetData
import FreshetTensor

/// How the events of one user on one item become one number.
public enum InteractionWeight: String, Codable, Sendable {
    /// 1, however many events there are.
    case binary
    /// The number of events.
    case count
    /// The sum of the events' values; an event without one counts 1.
    case value

    /// What one event adds; `binary` is cut to 1 afterwards.
    @inline(__always)
    fileprivate func addend(_ history: History, _ index: Int) -> Float {
        guard self == .value, !history.values.isEmpty else { return 1 }
        let value = history.values[history.values.startIndex + index]
        return value.isFinite ? value : 1
    }

    /// Calls `body` once for every distinct item of a history, in the order of first appearance.
    ///
    /// - Parameters:
    ///   - history: the events.
    ///   - zeros: scratch of as many zeros as the catalogue has items; zeros again afterwards.
    ///   - body: receives the item and its weight, which is not 0.
    @inline(__always)
    func forEachItem(
        of history: History,
        zeros: UnsafeMutablePointer<Float>,
        _ body: (_ item: Int, _ weight: Float) -> Void
    ) {
        for (index, item) in history.items.enumerated() { zeros[item.position] += addend(history, index) }
        for item in history.items where zeros[item.position] != 0 {
            let sum = zeros[item.position]
            zeros[item.position] = 0
            body(item.position, self == .binary ? 1 : sum)
        }
    }
}

extension SparseRows {
    /// The matrix of who did how much with what: a row a user, a column an item.
    init(interactions histories: Histories, itemCount: Int, weight: InteractionWeight, pool: ThreadPool) {
        self.init(
            rowCount: histories.userCount,
            columnCount: itemCount,
            pool: pool,
            sum: { user, sums in
                let history = histories[UserIndex(user)]
                for (index, item) in history.items.enumerated() {
                    sums.add(item.position, weight.addend(history, index))
                }
            },
            value: { _, _, sum in weight == .binary ? 1 : sum }
        )
    }

    /// A feature matrix.
    init(_ rows: FeatureRows) {
        self.init(columnCount: rows.columnCount, offsets: rows.offsets, columns: rows.columns, values: rows.values)
    }
}

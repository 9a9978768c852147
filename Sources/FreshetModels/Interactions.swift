import FreshetCore
import FreshetData
import FreshetTensor

/// How the events of one user on one item become one number.
public enum InteractionWeight: String, Codable, Sendable {
    /// 1, however many events there are.
    case binary
    /// The sum of the events' weights, which is their number where nothing else is said of their types.
    case count
    /// The sum of the events' values; an event without one counts its weight.
    case value

    /// What one event that likes its item adds, 0 for any other; `binary` is cut to 1 afterwards.
    @inline(__always)
    fileprivate func addend(_ history: History, _ index: Int) -> Float {
        let weight = max(history.weight(at: index), 0)
        guard self == .value, weight > 0, !history.values.isEmpty else { return weight }
        let value = history.values[history.values.startIndex + index]
        return value.isFinite ? value : weight
    }

    /// Calls `body` once for every distinct item that a history likes, in the order of first appearance.
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
    /// The matrix of who liked what how much: a row a user, a column an item.
    init(interactions histories: Histories, itemCount: Int, weight: InteractionWeight, pool: ThreadPool) {
        self.init(
            rowCount: histories.userCount,
            columnCount: itemCount,
            pool: pool,
            sum: { user, sums in
                let history = histories[UserIndex(user)]
                for (index, item) in history.items.enumerated() {
                    let addend = weight.addend(history, index)
                    if addend != 0 { sums.add(item.position, addend) }
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

import Foundation
import FreshetCore
import FreshetTensor

/// What the lists are like, whether or not they are right: novelty, popularity and diversity of every user's list.
///
/// - novelty: the mean of `-log₂(c / Σ c)` with `c` the item's training events, at least 1 (Zhou et al., 2010);
/// - popularity: the mean of `c`;
/// - diversity: the mean over the list's pairs of `1 - likeness`, pairs of which nothing is known left out.
struct ListMetrics {
    let catalogue: CatalogueStatistics
    let cutoffs: [Int]

    private var metrics: [Metric] {
        catalogue.likeness == nil ? [.novelty, .popularity] : [.novelty, .popularity, .diversity]
    }

    /// The metrics of every list; an empty list has none.
    func table(of lists: [[ItemIndex]], pool: ThreadPool) -> ValueTable {
        let metrics = metrics
        let order = cutoffs.sorted()
        var table = ValueTable(
            keys: order.flatMap { cutoff in metrics.map { $0.key(at: cutoff) } },
            rowCount: lists.count
        )
        let width = table.columnCount
        let total = Double(max(catalogue.eventCounts.reduce(0, +), 1))
        table.values.withUnsafeMutableBufferPointer { values in
            pool.forEachRange(lists.count, grain: 64) { range, _ in
                for row in range {
                    write(lists[row], total: total, order: order, to: values[(row * width)..<((row + 1) * width)])
                }
            }
        }
        return table
    }

    private func write(
        _ list: [ItemIndex],
        total: Double,
        order: [Int],
        to cells: Slice<UnsafeMutableBufferPointer<Float>>
    ) {
        var cells = UnsafeMutableBufferPointer(rebasing: cells)[...]
        var (information, events, distance, pairs, length) = (0.0, 0.0, 0.0, 0, 0)
        for cutoff in order {
            while length < min(cutoff, list.count) {
                let item = list[length]
                let count = Double(catalogue.eventCounts[item.position])
                information -= log2(max(count, 1) / total)
                events += count
                if let likeness = catalogue.likeness {
                    for other in list[..<length] {
                        guard let alike = likeness.between(item, other) else { continue }
                        distance += 1 - alike
                        pairs += 1
                    }
                }
                length += 1
            }
            var figures = [information / Double(length), events / Double(length)]
            if catalogue.likeness != nil { figures.append(distance / Double(pairs)) }
            for figure in figures {
                cells[cells.startIndex] = Float(figure)
                cells.removeFirst()
            }
        }
    }
}

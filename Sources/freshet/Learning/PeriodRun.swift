import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels
import FreshetTensor

/// Runs ADER's protocol for some strategies and tells how they fare.
struct PeriodRun {
    let folder: String
    let strategies: [PeriodProtocol.Strategy]
    let settings: PeriodProtocol.Settings
    let seed: UInt64
    let pool: ThreadPool

    /// What the run found.
    struct Result: Encodable {
        let `protocol` = "ader"
        let seed: UInt64
        let settings: PeriodProtocol.Settings
        var strategies: [Strategy] = []

        struct Strategy: Encodable {
            let strategy: PeriodProtocol.Strategy
            let means: [String: Double]
            let transformerMeans: [String: Double]?
            let backwardTransfer: Double?
            let seconds: Double
            let cycles: [PeriodProtocol.Cycle]
        }

        /// The table for people, in percent as the paper has it.
        var text: String {
            let columns = ["recall@20", "recall@10", "mrr@20", "mrr@10"]
            var table = TextTable(header: ["strategy"] + columns + ["backward transfer", "seconds"])
            for result in strategies {
                let figures = columns.map { percent(result.means[$0]) } + [percent(result.backwardTransfer)]
                table.rows.append([result.strategy.rawValue] + figures + ["\(Int(result.seconds.rounded()))"])
                guard let means = result.transformerMeans else { continue }
                table.rows.append(["  its transformer alone"] + columns.map { percent(means[$0]) } + ["", ""])
            }
            return table.text + "\nPercent; plain means over the cycles, every prefix a query, all known items ranked."
        }
    }

    func execute(_ console: Console) throws -> Result {
        let stream = try PeriodStream(folder: folder)
        console.note("\(stream.periods.count) periods, \(stream.items.count) items")
        var result = Result(seed: seed, settings: settings)
        for strategy in strategies {
            let cycles = try PeriodProtocol(stream, settings: settings, seed: seed, pool: pool).run(strategy) { cycle in
                console.note(
                    "\(strategy.rawValue) cycle \(cycle.cycle): recall@20 \(percent(cycle.figures["recall@20"])) "
                        + "(transformer \(percent(cycle.transformerFigures?["recall@20"]))), "
                        + "mrr@20 \(percent(cycle.figures["mrr@20"])), validation \(percent(cycle.validationRecall)), "
                        + "\(cycle.epochs) epochs, "
                        + "\(Int(cycle.seconds.rounded())) s"
                )
            }
            result.strategies.append(
                Result.Strategy(
                    strategy: strategy,
                    means: PeriodProtocol.means(of: cycles.map(\.figures)),
                    transformerMeans: Self.transformerMeans(of: cycles),
                    backwardTransfer: PeriodProtocol.backwardTransfer(of: cycles),
                    seconds: cycles.reduce(0) { $0 + $1.seconds },
                    cycles: cycles
                )
            )
        }
        return result
    }

    private static func transformerMeans(of cycles: [PeriodProtocol.Cycle]) -> [String: Double]? {
        let figures = cycles.compactMap(\.transformerFigures)
        return figures.isEmpty ? nil : PeriodProtocol.means(of: figures)
    }
}

/// A share as percent with two decimals.
private func percent(_ share: Double?) -> String {
    guard let share else { return "-" }
    let hundredths = Int((share * 10_000).rounded())
    let sign = hundredths < 0 ? "-" : ""
    let rest = String(abs(hundredths) % 100)
    return "\(sign)\(abs(hundredths) / 100).\(rest.count < 2 ? "0" + rest : rest)"
}

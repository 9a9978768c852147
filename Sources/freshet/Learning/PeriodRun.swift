import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels
import FreshetTensor

/// Runs ADER's protocol for some strategies and tells how they fare.
struct PeriodRun {
    let folder: String
    let strategies: [PeriodProtocol.Strategy]
    let model: ModelDescription
    let settings: PeriodProtocol.Settings
    let seed: UInt64
    let pool: ThreadPool

    /// What the run found.
    struct Result: Encodable {
        let `protocol` = "ader"
        let seed: UInt64
        let model: String
        let settings: PeriodProtocol.Settings
        var strategies: [Strategy] = []

        struct Strategy: Encodable {
            let strategy: PeriodProtocol.Strategy
            let served: Summary
            let alone: Summary?
            let seconds: Double
            let cycles: [PeriodProtocol.Cycle]

            enum CodingKeys: String, CodingKey {
                case strategy, served, seconds, cycles
                case alone = "transformer"
            }
        }

        struct Summary: Encodable {
            let means: [String: Double]
            let backwardTransfer: Double?
            let retainedGain: Double?

            init(_ cycles: [PeriodProtocol.Measurement]) {
                means = PeriodProtocol.means(of: cycles)
                backwardTransfer = PeriodProtocol.backwardTransfer(of: cycles)
                retainedGain = PeriodProtocol.retainedGain(of: cycles)
            }

            static let figures = ["recall@20", "recall@10", "mrr@20", "mrr@10"]
            static let columns = figures + ["backward transfer", "retained gain"]

            var cells: [String] {
                Self.figures.map { percent(means[$0]) } + [percent(backwardTransfer), percent(retainedGain)]
            }
        }

        /// The table for people, in percent as the paper has it.
        var text: String {
            var table = ConsoleTable(header: ["strategy"] + Summary.columns + ["seconds"])
            for result in strategies {
                let seconds = "\(Int(result.seconds.rounded()))"
                table.rows.append([result.strategy.rawValue] + result.served.cells + [seconds])
                guard let alone = result.alone else { continue }
                table.rows.append(["  its model alone"] + alone.cells + [""])
            }
            return table.text + "\nPercent; plain means over the cycles, every prefix a query, all known items ranked."
        }
    }

    func execute(_ console: Console) throws -> Result {
        let stream = try PeriodStream(folder: folder)
        console.note("\(stream.periods.count) periods, \(stream.items.count) items")
        var result = Result(seed: seed, model: model.name, settings: settings)
        for strategy in strategies {
            let protocolOfPeriods = PeriodProtocol(stream, of: model, settings: settings, seed: seed, pool: pool)
            let cycles = try protocolOfPeriods.run(strategy) { cycle in
                console.note("\(strategy.rawValue) \(Self.words(for: cycle))")
            }
            result.strategies.append(
                Result.Strategy(
                    strategy: strategy,
                    served: Result.Summary(cycles.map(\.served)),
                    alone: strategy == .continualHybrid ? Result.Summary(cycles.compactMap(\.alone)) : nil,
                    seconds: cycles.reduce(0) { $0 + $1.seconds },
                    cycles: cycles
                )
            )
        }
        return result
    }

    private static func words(for cycle: PeriodProtocol.Cycle) -> String {
        let alone = cycle.alone.map { " (the model alone \(percent($0.figures["recall@20"])))" } ?? ""
        return "cycle \(cycle.cycle): recall@20 \(percent(cycle.served.figures["recall@20"]))\(alone), "
            + "mrr@20 \(percent(cycle.served.figures["mrr@20"])), validation \(percent(cycle.validationRecall)), "
            + "\(cycle.epochs) epochs, \(Int(cycle.seconds.rounded())) s"
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

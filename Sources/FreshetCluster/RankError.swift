import FreshetCore
import FreshetTensor

/// What goes wrong between ranks, in words.
enum RankError {
    static func row(_ row: Int32, of table: Parameter, from rank: Int) -> FreshetError {
        FreshetError(
            .external,
            "Rank \(rank) sent a gradient of row \(row) of '\(table.name)', which has \(table.rows).",
            remedy: "Start every rank from the same build, with the same data and options."
        )
    }

    static func differingWeights(_ ranks: [Int], at step: Int) -> FreshetError {
        FreshetError(
            .external,
            "After step \(step) other weights than rank 0's: ranks \(ranks.map(String.init).joined(separator: ", ")).",
            remedy:
                "Processors round differently: set FRESHET_INSTRUCTION_SET=avx2 (or plain) for every rank, and resume."
        )
    }
}

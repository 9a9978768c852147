import ArgumentParser
import FreshetEvaluation

/// What is measured.
struct EvaluationOptionGroup: ParsableArguments {
    @Option(help: ArgumentHelp("The lengths at which lists are cut, between commas.", valueName: "k,k,…"))
    var cutoffs: String = EvaluationOptions().cutoffs.map(String.init).joined(separator: ",")

    @Option(help: "How many bootstrap resamples the intervals are made from.")
    var resamples = EvaluationOptions().resamples

    func validate() throws {
        guard list != nil else {
            throw ValidationError("--cutoffs is '\(cutoffs)', but must be whole numbers above 0 between commas.")
        }
        guard (2...1_000_000).contains(resamples) else {
            throw ValidationError("--resamples is \(resamples), but must be in 2...1000000.")
        }
    }

    /// The options of the library.
    func options(seed: UInt64) -> EvaluationOptions {
        EvaluationOptions(cutoffs: list ?? [], resamples: resamples, seed: seed)
    }

    private var list: [Int]? {
        let parts = cutoffs.split(separator: ",", omittingEmptySubsequences: false).map {
            Int($0.trimmingPrefix { $0 == " " })
        }
        let numbers = parts.compactMap { $0 }
        guard !numbers.isEmpty, numbers.count == parts.count, numbers.allSatisfy({ (1...1_000_000).contains($0) })
        else { return nil }
        return Set(numbers).sorted()
    }
}

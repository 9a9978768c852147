import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels
import FreshetTensor

/// The folds of a search: the same for every trial.
struct TrialFolds {
    let tests: AnyRandomAccessCollection<FoldTest>
    /// How each is judged.
    let run: FoldRun

    /// Parts the data.
    /// - Throws: ``FreshetError`` of kind `usage` when there are too few users or events.
    init(
        _ dataset: Dataset,
        _ choice: FoldChoice,
        content: ItemContent?,
        seed: UInt64,
        pool: ThreadPool,
        console: Console
    ) throws {
        let parts = CrossValidate.Parts(rawValue: choice.by) ?? .users
        tests = try FoldTest.all(of: dataset, by: parts, choice.count, seed: seed)
        // Folds say how sure a figure is, so the intervals within one are not needed: two resamples are the fewest.
        let options = EvaluationOptions(cutoffs: [10], resamples: 2, seed: seed)
        run = FoldRun(
            ratings: false,
            likedFrom: 0,
            excludesSeen: true,
            options: options,
            content: content,
            seed: seed,
            pool: pool,
            console: console
        )
    }
}

import ArgumentParser
import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetLanguage
import FreshetModels
import FreshetNN

extension Models {
    /// `freshet models rank`.
    struct Rank: FreshetCommand {
        static let configuration = CommandConfiguration(
            commandName: "rank",
            abstract: "Rank recommendations by how likely a causal model finds the titles (zero-shot).",
            discussion: """
                The titles of what a user chose last are a prompt; each candidate's score is the mean of the logarithms of its \
                title's probabilities. Nothing is learned: it is what the model text-ranker is compared with. The first \
                --depth of every list are put in a new order, the others stay behind them.

                  freshet recommend --snapshot hybrid --all-users --count 100 --output recs.tsv
                  freshet models rank gpt2@int8 --data train.tsv --catalogue items.tsv --recommendations recs.tsv \\
                    --output zero-shot.tsv
                  freshet evaluate --recommendations zero-shot.tsv --truth test.tsv
                """
        )

        @Argument(help: "An installed causal model such as GPT-2, or a model's folder.")
        var model: String

        @OptionGroup var dataOptions: DataOptions

        @Option(help: ArgumentHelp("The lists: user<TAB>item,item,… or JSON lines.", valueName: "file"))
        var recommendations: String

        @Option(help: "How many of a list's first items are ranked.")
        var depth = 100

        @Option(help: "How many of a user's last choices the model reads.")
        var history = 10

        @Option(help: ArgumentHelp("The new lists, in the same form as text.", valueName: "file"))
        var output: String

        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard depth > 0 else { throw ValidationError("--depth is \(depth), but must be above 0.") }
            guard history > 0 else { throw ValidationError("--history is \(history), but must be above 0.") }
        }

        func execute(_ console: Console) throws {
            let ranker = try LikelihoodRanker(ModelStore().encoder(named: model))
            let lists = try RecommendationFile.read(recommendations)
            let dataset = try dataOptions.read(console).dataset
            let titles = dataset.itemDetails.map { $0.title ?? ItemText.text(of: $0) }
            guard titles.contains(where: { !$0.isEmpty }) else {
                throw FreshetError(
                    .usage,
                    "A causal model ranks titles, and the items have none.",
                    remedy: "Give titles with --catalogue FILE."
                )
            }
            let file = try DurableFile(path: output)
            let progress = ProgressReporter(title: "rank", isQuiet: console.isQuiet)
            defer { progress.finish() }
            let start = ContinuousClock.now
            for (place, list) in lists.enumerated() {
                let ranked = rank(list, by: ranker, dataset, titles)
                try file.write("\(list.user)\t\(ranked.joined(separator: ","))\n")
                progress.update(TrainingProgress(phase: "users", completed: place + 1, total: lists.count))
            }
            try file.commit()
            progress.finish()
            let report = RankingReport(
                users: lists.count,
                seconds: start.duration(to: .now) / .seconds(1),
                output: output
            )
            try console.result(report) {
                "\(Words.count(report.users)) lists ranked in \(Words.duration(report.seconds)), in \(report.output)."
            }
        }

        /// A list with its first items in the order of their likelihood, those without a title behind them; of equals the one
        /// that was in front stays there.
        private func rank(
            _ list: RecommendationList,
            by ranker: LikelihoodRanker,
            _ dataset: Dataset,
            _ titles: [String]
        ) -> [String] {
            guard let user = dataset.users.position(of: list.user) else { return list.items }
            let chosen = dataset.histories[UserIndex(user)].likings.items.suffix(history).map { titles[$0.position] }
            let first = list.items.prefix(depth)
            let scores = ranker.scores(
                of: first.map { item in dataset.items.position(of: item).map { titles[$0] } ?? "" },
                after: chosen
            )
            let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
            return order.map { first[first.startIndex + $0] } + list.items.dropFirst(depth)
        }
    }
}

/// What `freshet models rank` reports.
private struct RankingReport: Encodable {
    let users: Int
    let seconds: Double
    let output: String
}

import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels
import FreshetReport
import FreshetTensor

/// Some customers in words: what they did, what they chose next, and what each model would have shown.
struct CustomerStories {
    private static let shownEvents = 6
    private static let shownItems = 5
    private static let fewestEvents = 3

    private let setting: ComparisonProtocol
    private let holdouts: [Holdout]

    /// Picks customers at random, so that nobody is shown because a model did well.
    init(_ setting: ComparisonProtocol, count: Int, seed: UInt64) {
        self.setting = setting
        var random = RandomSource.stream(seed: seed, 0xC057)
        let histories = setting.history.histories
        var candidates = setting.split.test.holdouts.filter { histories[$0.user].count >= Self.fewestEvents }
        if candidates.isEmpty { candidates = setting.split.test.holdouts }
        holdouts = (0..<min(count, candidates.count)).map { _ in
            candidates.remove(at: random.below(candidates.count))
        }
    }

    /// The stories, with a list of every model.
    func told(by models: [ComparedModel], pool: ThreadPool) -> [CustomerStory] {
        let contexts = holdouts.map { holdout in
            ScoringContext(user: holdout.user, history: setting.history.histories[holdout.user])
        }
        let lists = models.map { model in
            BatchRecommender(scorer: model.scorer, pool: pool).recommend(
                contexts: contexts,
                count: Self.shownItems,
                excludingSeen: setting.excludesSeen
            )
        }
        return holdouts.enumerated().map { place, holdout in
            CustomerStory(
                name: setting.dataset.users[holdout.user.position],
                history: contexts[place].history.items.suffix(Self.shownEvents).map(title),
                historyCount: contexts[place].history.count,
                chosen: [title(holdout.item)],
                lists: zip(models, lists).map { model, lists in
                    CustomerStory.List(
                        model: model.choice.title,
                        items: lists[place].map { .init(title($0.item), isChosen: $0.item == holdout.item) }
                    )
                }
            )
        }
    }

    private func title(_ item: ItemIndex) -> String {
        setting.dataset.title(of: item) ?? setting.dataset.items[item.position]
    }

    /// A story for the terminal, with the list of one model.
    static func words(_ story: CustomerStory, model: String) -> String {
        var lines = ["Customer \(story.name), \(story.historyCount) events, the latest:"]
        lines += story.history.map { "    \($0)" }
        lines.append("  \(model) recommends:")
        let list = story.lists.first { $0.model == model }?.items ?? []
        lines += zip(1..., list).map { "    \($0). \($1.title)\($1.isChosen ? "   <- chosen next" : "")" }
        if !list.contains(where: \.isChosen) {
            lines.append("  chosen next: \(story.chosen.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }
}

import ArgumentParser
import Foundation
import FreshetCluster
import FreshetCore
import FreshetData
import FreshetModels
import FreshetRecommendation

/// `freshet recommend`.
struct Recommend: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Recommend items to users.",
        discussion: """
            With --output, a line a user: the user, a tab, and the items from best to worst between commas. A name \
            that ends in .jsonl gets JSON lines with scores instead.

              freshet recommend --snapshot model --all-users --count 100 --output recommendations.tsv
              freshet recommend --snapshot model --all-users --ranks 2 --threads 1 --output recommendations.tsv
              freshet recommend --snapshot model --user 13085 --count 5
              freshet recommend --snapshot model --history 22423 --history 85123A
              freshet recommend --snapshot model --all-users --filter 'attributes.price < user.budget'
            """
    )

    @Option(
        help: ArgumentHelp(
            "The folder of the model, or of a server, whose version that answers is taken, or a file of its versions.",
            valueName: "folder"
        )
    )
    var snapshot: String

    @Flag(help: "Recommend to every user of the snapshot.")
    var allUsers = false

    @Option(
        name: .customLong("user"),
        help: ArgumentHelp("Recommend to this user; may come more than once.", valueName: "id")
    )
    var users: [String] = []

    @Option(
        name: .customLong("history"),
        help: ArgumentHelp(
            "An item of somebody the model does not know, oldest first; may come more than once.",
            valueName: "id"
        )
    )
    var history: [String] = []

    @Option(help: "How many items a user.")
    var count = 10

    @Flag(help: "Keep items that the user has had.")
    var includeSeen = false

    @Option(
        help: ArgumentHelp(
            "Which items may appear, such as 'category = \"Kitchen\" and attributes.price < 20' (Documentation/Filters.md).",
            valueName: "condition"
        )
    )
    var filter: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The file to write; standard output unless given.", valueName: "file")
    )
    var output: String?

    @OptionGroup var ranks: RankOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard ranks.count == 1 || allUsers else { throw ValidationError("--ranks goes with --all-users.") }
        guard count > 0 else { throw ValidationError("--count is \(count), but must be 1 or more.") }
        let ways = [allUsers, !users.isEmpty, !history.isEmpty].count { $0 }
        guard ways == 1 else { throw ValidationError("Give one of --all-users, --user and --history.") }
    }

    func execute(_ console: Console) throws {
        let joined = try ranks.join()
        let collective: any Collective = joined?.collective ?? SingleRank()
        let snapshot = try Snapshot.open(snapshot)
        let audience = try audience(of: snapshot)
        let now = try collective.time(Int64(Date().timeIntervalSince1970))
        let filter = try datasetFilter(over: snapshot.dataset, now: now)
        let model = String(decoding: SnapshotJSON.encode(snapshot.manifest), as: UTF8.self)
        try collective.checkAgreement(on: "\(model) \(audience.count) \(count) \(includeSeen) \(self.filter ?? "")")
        var writer =
            collective.isFirst
            ? try RecommendationWriter(
                snapshot: snapshot,
                path: output,
                isJSON: common.json,
                isForPeople: !allUsers
            ) : nil
        let recommender = BatchRecommender(scorer: snapshot.scorer, pool: common.makePool())
        let progress = ProgressReporter(title: "recommend", isQuiet: common.quiet || !collective.isFirst)
        Interruption.watch()
        let began = ProgressReporter.now()
        // Blocks keep the lists of millions of users out of memory.
        let block = 4096 * collective.ranks
        for start in stride(from: 0, to: audience.count, by: block) {
            guard try !collective.isAnyAsked(toStop: Interruption.isRequested) else {
                try joined?.finish()
                throw FreshetError(.cancelled, "Stopped; nothing was written.")
            }
            let people = Array(audience[start..<min(start + block, audience.count)])
            let own = people[collective.part(of: people.count, for: collective.rank)]
            let lists = recommender.recommend(
                contexts: own.map(\.context),
                count: count,
                excludingSeen: !includeSeen,
                refused: filter.map { refusals(of: $0, for: own.map { snapshot.dataset.details(of: $0.user) }) }
            )
            for (person, list) in zip(people, try collective.collect(lists)) { try writer?.write(person, list) }
            progress.update(TrainingProgress(phase: "users", completed: start + people.count, total: audience.count))
        }
        progress.finish()
        let seconds = ProgressReporter.now() - began
        try joined?.finish()
        try writer?.finish(console, seconds: seconds)
    }

    private func audience(of snapshot: Snapshot) throws -> [Recipient] {
        if !history.isEmpty { return [Recipient(user: nil, context: try unknownUser(of: snapshot))] }
        let known =
            allUsers
            ? (0..<snapshot.dataset.users.count).map(UserIndex.init(_:)) : try users.map(snapshot.dataset.user(named:))
        return known.map { Recipient(user: $0, context: snapshot.context(of: $0)) }
    }

    /// The items that each of some users may not be given.
    private func refusals(of filter: DatasetFilter, for users: [User?]) -> @Sendable (Int) -> [ItemIndex] {
        guard filter.isSameForAll else { return { filter.refused(by: users[$0]) } }
        let refused = filter.refused(by: nil)
        return { _ in refused }
    }

    private func datasetFilter(over dataset: Dataset, now: Int64) throws -> DatasetFilter? {
        guard let filter else { return nil }
        do {
            let expression = try FilterExpression(filter)
            return DatasetFilter(expression, over: dataset, now: now)
        } catch let error {
            throw FreshetError(error, in: filter)
        }
    }

    private func unknownUser(of snapshot: Snapshot) throws -> ScoringContext {
        let items = try history.map(snapshot.dataset.item(named:))
        return ScoringContext(user: nil, history: snapshot.dataset.history(of: items))
    }
}

extension Dataset {
    /// What is known of a user.
    fileprivate func details(of user: UserIndex?) -> User? {
        guard let user, !userDetails.isEmpty else { return nil }
        return userDetails[user.position]
    }
}

/// Somebody to recommend to; `nil` is a user that the model does not know.
struct Recipient {
    let user: UserIndex?
    let context: ScoringContext
}

extension Dataset {
    /// A history of just now, with the columns that the data set has.
    func history(of items: [ItemIndex]) -> History {
        let count = items.count
        return History(
            items: items[...],
            times: histories.times.isEmpty ? [] : ArraySlice(repeating: histories.times.max() ?? 0, count: count),
            types: histories.types.isEmpty ? [] : ArraySlice(repeating: 0, count: count),
            values: histories.values.isEmpty ? [] : ArraySlice(repeating: .nan, count: count)
        )
    }
}

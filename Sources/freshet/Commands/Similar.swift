import ArgumentParser
import FreshetCore
import FreshetModels

/// `freshet similar`.
struct Similar: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the items that a model finds most alike to one.",
        discussion: """
              freshet similar --snapshot model --item 22423 --count 5
            """
    )

    @Option(
        help: ArgumentHelp(
            "The folder of the model, or of a server, whose version that answers is taken, or a file of its versions.",
            valueName: "folder"
        )
    )
    var snapshot: String

    @Option(help: ArgumentHelp("The item.", valueName: "id"))
    var item: String

    @Option(help: "How many items.")
    var count = 10

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard count > 0 else { throw ValidationError("--count is \(count), but must be 1 or more.") }
    }

    func execute(_ console: Console) throws {
        let snapshot = try Snapshot.open(snapshot)
        let index = try snapshot.dataset.item(named: item)
        let V = snapshot.scorer.itemCount
        let scores = [Float](unsafeUninitializedCapacity: V) { buffer, filled in
            snapshot.scorer.similarities(to: index, into: UnsafeMutableBufferPointer(rebasing: buffer[..<V]))
            filled = V
        }
        let order = scores.indices.filter { $0 != index.position }
            .sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(count)
        let list = order.map { ScoredItem(item: ItemIndex($0), score: scores[$0]) }
        let result = SimilarItems(item: snapshot.named(index, score: nil), similar: list.map(snapshot.named))
        try console.result(result) {
            let lines = zip(1..., list).map { "  \($0). \(snapshot.describe($1.item))" }
            return (["Alike to \(snapshot.describe(index)):"] + lines).joined(separator: "\n")
        }
    }
}

/// What `freshet similar` reports.
private struct SimilarItems: Encodable {
    let item: NamedItem
    let similar: [NamedItem]
}

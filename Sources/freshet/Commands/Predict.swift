import ArgumentParser
import FreshetCore
import FreshetData
import FreshetModels

/// `freshet predict`.
struct Predict: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predict how a user would rate an item.",
        discussion: """
            The model must be one that predicts ratings: matrix-factorization with the trainer sgd. A user whom it does \
            not know gets the item's mean.

              freshet predict --snapshot model --user 13 --item 50
            """
    )

    @Option(
        help: ArgumentHelp(
            "The folder of the model, or of a server, whose version that answers is taken, or a file of its versions.",
            valueName: "folder"
        )
    )
    var snapshot: String

    @Option(help: ArgumentHelp("The user.", valueName: "id"))
    var user: String

    @Option(help: ArgumentHelp("The item.", valueName: "id"))
    var item: String

    @OptionGroup var common: CommonOptions

    func execute(_ console: Console) throws {
        let snapshot = try Snapshot.open(snapshot)
        let predictor = try snapshot.ratingPredictor()
        let index = try snapshot.dataset.item(named: item)
        let known = snapshot.dataset.users.position(of: user).map(UserIndex.init(_:))
        let rating = predictor.predictedValue(user: known, item: index)
        let result = PredictedRating(user: user, isKnown: known != nil, item: item, rating: rating)
        try console.result(result) {
            let words = "\(Words.decimal(Double(rating), 2)) for \(snapshot.describe(index))"
            return known == nil ? words + " (the model does not know the user: the mean of the item)" : words
        }
    }
}

/// What `freshet predict` reports.
private struct PredictedRating: Encodable {
    let user: String
    let isKnown: Bool
    let item: String
    let rating: Float
}

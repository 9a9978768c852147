/// The figures of one combination of what was asked for; a figure without data is missing, which is not 0.
public struct FeedbackRow: Sendable, Equatable, Codable {
    /// What the row is about, by dimension.
    public let group: [String: String]
    /// How many answers there were.
    public let answers: Int?
    /// The share of answers that were empty.
    public let empty: FeedbackRate?
    /// How many items were served.
    public let served: Int
    /// How many of them were on the screen, as far as it was said.
    public let seen: Int
    /// How many of them were clicked.
    public let clicks: Int
    /// How many conversions are credited to them.
    public let conversions: Int
    /// How many of these do not name the answer.
    public let assistedConversions: Int
    /// The clicks per item seen.
    public let clickThrough: FeedbackRate?
    /// The share of answers with a click.
    public let acceptance: FeedbackRate?
    /// The share of answers with a conversion.
    public let conversion: FeedbackRate?
    /// The value of conversions per 1,000 answers.
    public let valuePerThousand: Double?
    /// The profit of conversions per 1,000 answers; missing where no conversion's is known.
    public let profitPerThousand: Double?
    /// What users said of answers, on average.
    public let satisfaction: Double?
    /// The share of clicks that is still to come, by how long clicks take.
    public let clicksToCome: Double?
    /// The share of conversions that is still to come.
    public let conversionsToCome: Double?

    enum CodingKeys: String, CodingKey {
        case group, answers, empty, served, seen, clicks, conversions, acceptance, conversion, satisfaction
        case assistedConversions = "assisted_conversions"
        case clickThrough = "ctr"
        case valuePerThousand = "value_per_1000"
        case profitPerThousand = "profit_per_1000"
        case clicksToCome = "clicks_to_come"
        case conversionsToCome = "conversions_to_come"
    }
}

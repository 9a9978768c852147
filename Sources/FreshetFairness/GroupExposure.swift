/// What a group of items was shown, beside what it is and what it earned; shares from 0 to 1.
public struct GroupExposure: Sendable, Equatable, Codable {
    /// The group's name.
    public let group: String
    /// Its share of all exposure.
    public let exposure: Double
    /// Its share of the catalogue's items.
    public let catalogue: Double
    /// Its share of the merit, such as events before.
    public let merit: Double

    enum CodingKeys: String, CodingKey {
        case group, exposure, catalogue, merit
    }

    /// Creates a row.
    public init(group: String, exposure: Double, catalogue: Double, merit: Double) {
        self.group = group
        self.exposure = exposure
        self.catalogue = catalogue
        self.merit = merit
    }

    /// Exposure over the share of the catalogue: 1 when items of all groups are shown alike (demographic parity).
    ///
    /// `nil` of a group without items.
    public var perCatalogue: Double? { catalogue > 0 ? exposure / catalogue : nil }

    /// Exposure over merit: 1 when all groups are shown as they earn (disparate treatment of Singh and Joachims).
    ///
    /// `nil` of a group that earned nothing.
    public var perMerit: Double? { merit > 0 ? exposure / merit : nil }
}

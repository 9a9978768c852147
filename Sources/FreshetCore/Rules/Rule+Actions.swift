extension Rule {
    /// What a rule does to an answer.
    public struct Actions: Sendable, Equatable, Codable {
        /// Items that have a place of their own.
        public var pin: [Pin]?
        /// Items that are chosen more often.
        public var boost: [Weight]?
        /// Items that are chosen less often.
        public var bury: [Weight]?
        /// Items that do not appear.
        public var hide: FilterExpression?
        /// What must hold of every item that appears.
        public var filter: FilterExpression?
        /// Items that have a share of the places.
        public var share: [Share]?
        /// How much an attribute that is a number, such as a profit, counts beside the user's interest: from 0, nothing, to
        /// 1, as much as all that tells the candidates' scores apart.
        public var objective: [String: Double]?

        /// Creates actions; without arguments none.
        public init(
            pin: [Pin]? = nil,
            boost: [Weight]? = nil,
            bury: [Weight]? = nil,
            hide: FilterExpression? = nil,
            filter: FilterExpression? = nil,
            share: [Share]? = nil,
            objective: [String: Double]? = nil
        ) {
            self.pin = pin
            self.boost = boost
            self.bury = bury
            self.hide = hide
            self.filter = filter
            self.share = share
            self.objective = objective
        }

        /// Whether nothing is done.
        public var isEmpty: Bool { self == Actions() }

        /// Every filter that is named, with where it stands.
        package var filters: [(place: String, filter: FilterExpression)] {
            let single = [("hide", hide), ("filter", filter)].compactMap { place, filter in filter.map { (place, $0) } }
            let weights = [("boost", boost), ("bury", bury)].flatMap { place, list in
                (list ?? []).map { (place, $0.filter) }
            }
            return single + weights + (share ?? []).map { ("share", $0.filter) }
        }

        /// Checks ranges.
        /// - Throws: ``FreshetError`` of kind `usage`.
        func validate() throws {
            for pin in pin ?? [] { try SettingRange.check("position", pin.position, in: 1...1000) }
            for weight in (boost ?? []) + (bury ?? []) { try SettingRange.check("by", weight.by, in: 1...1e6) }
            for share in share ?? [] { try SettingRange.check("at_least", share.atLeast, in: 0...1) }
            for weight in (objective ?? [:]).values { try SettingRange.check("objective", weight, in: -1...1) }
        }
    }

    /// An item that has a place of its own.
    public struct Pin: Sendable, Equatable, Codable {
        /// The external id.
        public var item: String
        /// Its place in the answer, from 1.
        public var position: Int

        /// Creates a pin.
        public init(item: String, position: Int) {
            self.item = item
            self.position = position
        }
    }

    /// Items that are chosen more or less often.
    public struct Weight: Sendable, Equatable, Codable {
        /// Which items.
        public var filter: FilterExpression
        /// How many times as likely, or as unlikely, the choice of one counts as the model says.
        public var by: Double

        /// Creates a weight.
        public init(filter: FilterExpression, by factor: Double) {
            self.filter = filter
            by = factor
        }
    }

    /// Items that have a share of the places.
    public struct Share: Sendable, Equatable, Codable {
        /// Which items.
        public var filter: FilterExpression
        /// The share of the places of an answer, rounded up.
        public var atLeast: Double

        /// Creates a share.
        public init(filter: FilterExpression, atLeast share: Double) {
            self.filter = filter
            atLeast = share
        }

        /// Reads a share, also one that was kept under the name that its number had before.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            filter = try container.decode(FilterExpression.self, forKey: .filter)
            atLeast =
                try container.decodeIfPresent(Double.self, forKey: .atLeast)
                ?? container.decode(Double.self, forKey: .formerly)
        }

        /// Writes a share.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(filter, forKey: .filter)
            try container.encode(atLeast, forKey: .atLeast)
        }

        private enum CodingKeys: String, CodingKey {
            case filter
            case atLeast = "at_least"
            case formerly = "atLeast"
        }
    }
}

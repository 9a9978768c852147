import Foundation
import FreshetCore
import FreshetData
import FreshetModels

/// How far candidates are: from where the request asks, and where it does not say, from the user's newest item that is
/// somewhere.
///
/// Events do not say where their users were, so what a kilometre weighs is learned from the distance to what they did before.
public struct PlaceEvidence: CandidateEvidence {
    /// The rows in their order.
    private enum Row: Int, CaseIterable {
        /// ln(1 + kilometres); its middle where they are not known.
        case distance
        /// Flag: it is known where the user is, and not where the item is.
        case unplaced
    }

    /// The number of newest events that may say where the user is.
    private static let newest = 10
    /// ln(1 + 10 km).
    private static let middle: Float = 2.4

    private let catalog: CatalogView

    /// Creates evidence of where the items of a catalogue are whenever it is asked.
    public init(of catalog: CatalogView) { self.catalog = catalog }

    /// The rows that it fills.
    public var rows: [FeatureRow] {
        [FeatureRow("\(Row.distance)", center: Self.middle, factor: 0.5), FeatureRow("\(Row.unplaced)")]
    }

    /// What is near counts for more where it goes together with the newest item as well, and less the farther.
    public var products: [FeatureProduct] {
        ["distance", "coVisitation", "own"].map { FeatureProduct("\(Row.distance)", $0) }
    }

    /// Proposes nothing: what is near is found by the filter.
    public func propose(for request: CandidateRequest, into set: CandidateSet) {}

    /// Fills the rows.
    public func write(_ request: CandidateRequest, from first: Int, into set: CandidateSet) {
        let catalog = catalog.current()
        let origin =
            request.place
            ?? request.history.items.suffix(Self.newest).reversed().lazy
            .compactMap { catalog.place(of: $0) }.first
        for place in 0..<set.count {
            let kilometres = origin.flatMap { catalog.place(of: set.item(at: place))?.kilometres(to: $0) }
            let distance = kilometres.map { logf(1 + Float($0)) } ?? Self.middle
            set.write(first + Row.distance.rawValue, at: place, to: distance)
            if origin != nil, kilometres == nil { set.write(first + Row.unplaced.rawValue, at: place, to: 1) }
        }
    }
}

import FreshetCore
import FreshetData

extension Explainer {
    /// A finding in words, and with the ids of its items.
    func counterfactual(
        _ finding: CounterfactualSearch.Finding,
        among groups: [EventGroups.Group],
        _ catalog: CatalogSnapshot
    ) -> Counterfactual {
        func needed(_ status: Counterfactual.Status, _ set: CounterfactualSearch.Groups) -> Counterfactual {
            let items = groups.indices.filter { set & (1 << $0) != 0 }.map { groups[$0].item }
            let names = items.map { catalog.title(of: $0) ?? vocabulary.id(of: $0) }
            return Counterfactual(
                status: status,
                items: items.map { vocabulary.id(of: $0) },
                text: "not here without \(Self.joined(names))"
            )
        }
        return switch finding {
        case .smallest(let set): needed(.smallest, set)
        case .found(let set): needed(.found, set)
        case .none: Counterfactual(status: .none, items: [], text: "here whichever of the newest events is left out")
        case .unsearched: Counterfactual(status: .unsearched, items: [], text: "not found out within the limit")
        }
    }

    private static func joined(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}

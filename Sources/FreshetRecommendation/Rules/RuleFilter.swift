import FreshetCore
import Synchronization

/// A filter of a rule; where it says the same whoever asks, it is compiled once, and again when the catalogue changes.
final class RuleFilter: Sendable {
    private let expression: FilterExpression
    private let isSameForAll: Bool
    private let compiled = Mutex<(revision: UInt64, program: FilterProgram)?>(nil)

    init(_ expression: FilterExpression) {
        self.expression = expression
        isSameForAll = expression.root.isSameForAll
    }

    /// The steps by which items are looked at for a question.
    func program(for query: Query, _ catalog: CatalogSnapshot) -> FilterProgram {
        guard isSameForAll else { return compile(for: query, catalog) }
        // A catalogue that changes may bring words that the expression names.
        let known = compiled.withLock { $0?.revision == catalog.revision ? $0?.program : nil }
        if let known { return known }
        let program = compile(for: query, catalog)
        compiled.withLock { $0 = (catalog.revision, program) }
        return program
    }

    private func compile(for query: Query, _ catalog: CatalogSnapshot) -> FilterProgram {
        let resolver = FilterResolver(
            terms: catalog.terms,
            user: query.userAttributes,
            now: Double(query.time),
            place: query.place
        )
        return FilterProgram([expression.root], resolver)
    }
}

import FreshetCore
import Synchronization

/// Something that items have in common: a category, a tag, an attribute's value, a word.
struct Term: Hashable, Sendable {
    enum Kind: UInt8, Sendable {
        case category
        case tag
        case attribute
        case word
        /// The name of an attribute, for attributes that are numbers.
        case name
    }

    var kind: Kind
    var text: String

    static func attribute(_ name: String, _ value: String) -> Term {
        // Zero never occurs in either half of a name that a filter could ask for by accident.
        Term(kind: .attribute, text: name + "\0" + value)
    }
}

/// The terms of a catalogue and their numbers, which only ever grow, and how many items have each.
final class TermTable: Sendable {
    private struct Tables {
        var numbers: [Term: UInt32] = [:]
        var terms: [Term] = []
        var counts: [Int32] = []
    }

    private let tables = Mutex(Tables())

    /// How many terms there are.
    var count: Int { tables.withLock { $0.terms.count } }

    /// The number of a term, or `nil` when no item ever had it.
    func number(of term: Term) -> UInt32? { tables.withLock { $0.numbers[term] } }

    /// The term of a number.
    func term(_ number: UInt32) -> Term { tables.withLock { $0.terms[Int(number)] } }

    /// The numbers of terms, which are added when new.
    func insert(_ terms: some Sequence<Term>) -> [UInt32] {
        tables.withLock { tables in
            terms.map { term in
                if let known = tables.numbers[term] { return known }
                let number = UInt32(tables.terms.count)
                tables.numbers[term] = number
                tables.terms.append(term)
                tables.counts.append(0)
                return number
            }
        }
    }

    /// Counts an item that has these terms, or with -1 no longer has them.
    func count(_ terms: some Sequence<UInt32>, by change: Int32) {
        tables.withLock { tables in
            for term in terms { tables.counts[Int(term)] += change }
        }
    }

    /// How many items have each term.
    func counts() -> [Int32] { tables.withLock { $0.counts } }
}

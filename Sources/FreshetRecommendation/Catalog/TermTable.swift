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

    /// A number that the same term has after every start (FNV-1a), where ``TermTable``'s is another.
    var hash: UInt32 {
        var hash: UInt32 = (0x811C_9DC5 ^ UInt32(kind.rawValue)) &* 0x0100_0193
        for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return hash
    }

    /// Whether it is a value of an attribute.
    func isValue(of name: String) -> Bool {
        kind == .attribute && text.utf8.starts(with: name.utf8) && text.utf8.dropFirst(name.utf8.count).first == 0
    }

    /// The value of an attribute that it is one of.
    func value(of name: String) -> String { String(decoding: text.utf8.dropFirst(name.utf8.count + 1), as: UTF8.self) }
}

/// The terms of a catalogue and their numbers, which only ever grow, and how many items have each.
final class TermTable: Sendable {
    private struct Tables {
        var numbers: [Term: UInt32] = [:]
        var terms: [Term] = []
        var counts: [Int32] = []
        /// The newest items that have each term.
        var holders: [[Int32]] = []
    }

    /// The number of newest items that are known of each term; the oldest are dropped at twice as many.
    private static let holders = 256

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
                tables.holders.append([])
                return number
            }
        }
    }

    /// The number of an attribute's name, which is added when new.
    func insert(name: String) -> UInt32 { insert(CollectionOfOne(Term(kind: .name, text: name)))[0] }

    /// Notes that an item has these terms.
    func add(_ terms: some Sequence<UInt32>, of item: ItemIndex) {
        tables.withLock { tables in
            for term in terms {
                tables.counts[Int(term)] += 1
                tables.holders[Int(term)].append(item.rawValue)
                let surplus = tables.holders[Int(term)].count - Self.holders
                if surplus >= Self.holders { tables.holders[Int(term)].removeFirst(surplus) }
            }
        }
    }

    /// Notes that an item has these terms no longer.
    func remove(_ terms: some Sequence<UInt32>, of item: ItemIndex) {
        tables.withLock { tables in
            for term in terms {
                tables.counts[Int(term)] -= 1
                tables.holders[Int(term)].removeAll { $0 == item.rawValue }
            }
        }
    }

    /// Looks for items by terms.
    ///
    /// - Parameters:
    ///   - terms: the terms, those that tell most first.
    ///   - limit: the number of items after which no further term is looked at.
    /// - Returns: items that have one of the terms, those of the first terms first, each once.
    func holders(of terms: some Sequence<UInt32>, limit: Int) -> [ItemIndex] {
        var seen: Set<Int32> = []
        var items: [ItemIndex] = []
        tables.withLock { tables in
            for term in terms {
                guard items.count < limit else { return }
                for item in tables.holders[Int(term)].reversed() where seen.insert(item).inserted {
                    items.append(ItemIndex(rawValue: item))
                }
            }
        }
        return items
    }

    /// How many items have each term.
    func counts() -> [Int32] { tables.withLock { $0.counts } }
}

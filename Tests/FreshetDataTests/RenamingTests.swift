import FreshetCore
import Testing

@testable import FreshetData

@Suite struct RenamingTests {
    /// A table that ids are renamed in, against the same done plainly.
    @Test func findsEveryIDAfterRenaming() {
        var random = SeededGenerator(seed: 5)
        var names = (0..<700).map { "id-\($0)" }
        var table = IdentifierTable(names)
        for step in 0..<600 {
            let position = Int.random(in: 0..<names.count, using: &random)
            let old = names[position]
            names[position] = String(repeating: "x", count: step % 20) + "new \(step)"
            table.rename(position, to: names[position])
            #expect(table.position(of: old) == nil)
        }
        #expect(Array(table.identifiers) == names)
        for (position, name) in names.enumerated() { #expect(table.position(of: name) == position) }
        #expect(table.insert("id-1000000") == names.count)
    }

    @Test func forgetsARetiredUser() {
        let vocabulary = Vocabulary()
        let (ann, bob) = (vocabulary.addUser("ann"), vocabulary.addUser("bob"))
        vocabulary.retire(ann)
        vocabulary.retire(ann)
        #expect(vocabulary.user("ann") == nil && vocabulary.user("bob") == bob)
        #expect(!vocabulary.id(of: ann).contains("ann"))
        #expect(vocabulary.addUser("ann") == UserIndex(2))
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetServer

/// Differences as JSON Patch.
@Suite struct JSONPatchTests {
    @Test func carriesOverFromAnyValueToAnyOther() {
        var random = RandomSource(seed: 5)
        for _ in 0..<400 {
            let old = Self.value(&random, depth: 3)
            let new = Bool.random(using: &random) ? Self.value(&random, depth: 3) : Self.changed(old, &random)
            let patch = JSONPatch.operations(from: old, to: new)
            #expect(old.patched(patch) == new.sorted, "\(old) to \(new): \(patch)")
            #expect(patch.isEmpty == (old == new))
        }
    }

    @Test func namesOnlyWhatCameAndWent() {
        let entries = (0..<100).map { JSONValue.object([.init(name: "entry", value: .number(Double($0)))]) }
        let old: JSONValue = ["list": .array(Array(entries[0..<99])), "rest": "as it was"]
        let new: JSONValue = ["list": .array(Array(entries[1..<100])), "rest": "as it was"]
        #expect(
            JSONPatch.operations(from: old, to: new) == [
                ["op": "remove", "path": "/list/0"], ["op": "add", "path": "/list/98", "value": ["entry": 99]],
            ]
        )
    }

    @Test func replacesWholeWhatChangedAltogether() {
        let old: JSONValue = ["figures": ["recall@10": 0.1, "mrr@10": 0.2], "users": 1]
        let new: JSONValue = ["figures": ["recall@10": 0.3, "mrr@10": 0.4], "users": 1]
        #expect(
            JSONPatch.operations(from: old, to: new) == [
                ["op": "replace", "path": "/figures", "value": ["recall@10": 0.3, "mrr@10": 0.4]]
            ]
        )
    }

    @Test func escapesNames() {
        let long = JSONValue.string(String(repeating: "x", count: 100))
        let patch = JSONPatch.operations(from: ["a/b": ["~": 1], "c": long], to: ["a/b": ["~": 2], "c": long])
        #expect(patch.map { $0["path"] } == ["/a~1b"] || patch.map { $0["path"] } == ["/a~1b/~0"])
        #expect(
            JSONPatch.operations(from: ["~/": 1, "c": long], to: ["c": long]) == [["op": "remove", "path": "/~0~1"]]
        )
    }

    private static let names = ["a", "b", "a/b", "~c", "recall@10", ""]

    private static func value(_ random: inout RandomSource, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth == 0 ? 4 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(Double(Int.random(in: 0..<5, using: &random)))
        case 3: return .string(names.randomElement(using: &random) ?? "")
        case 4:
            return .array((0..<Int.random(in: 0..<8, using: &random)).map { _ in value(&random, depth: depth - 1) })
        default:
            let chosen = names.filter { _ in Bool.random(using: &random) }
            return .object(chosen.map { .init(name: $0, value: value(&random, depth: depth - 1)) })
        }
    }

    /// The same value with some parts changed, come and gone.
    private static func changed(_ value: JSONValue, _ random: inout RandomSource) -> JSONValue {
        switch value {
        case .array(var values):
            if !values.isEmpty, Bool.random(using: &random) { values.removeFirst() }
            if Bool.random(using: &random) { values.append(self.value(&random, depth: 1)) }
            return .array(values.map { Int.random(in: 0..<4, using: &random) == 0 ? changed($0, &random) : $0 })
        case .object(let members):
            let kept = members.filter { _ in Int.random(in: 0..<5, using: &random) > 0 }
            return .object(kept.map { .init(name: $0.name, value: changed($0.value, &random)) })
        default: return Bool.random(using: &random) ? value : self.value(&random, depth: 0)
        }
    }
}

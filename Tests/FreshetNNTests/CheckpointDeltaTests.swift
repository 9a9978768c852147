import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetNN

/// Differences of checkpoints.
@Suite struct CheckpointDeltaTests {
    private static func table(_ rows: Int, _ columns: Int, _ value: (Int, Int) -> Float) -> StoredArray {
        StoredArray((0..<rows).flatMap { row in (0..<columns).map { value(row, $0) } }, shape: [rows, columns])
    }

    @Test func rowsThatChangedAreAllThatADeltaHolds() throws {
        let base = Checkpoint(
            arrays: ["items": Self.table(1_000, 16) { Float($0 * 16 + $1) }],
            metadata: ["offset": "1"]
        )
        var next = base
        next.arrays["items"] = Self.table(1_002, 16) { $0 == 7 || $0 > 999 ? -1 : Float($0 * 16 + $1) }
        next.metadata["offset"] = "2"
        let delta = next.delta(since: base)
        #expect(try delta.numbers("rows.items", of: Int32.self) == [7, 1_000, 1_001])
        #expect(delta.arrays["values.items"]?.shape == [3, 16])
        #expect(try base.applying(delta) == next)
        // What it was made from is untouched.
        #expect(base.arrays["items"]?.shape == [1_000, 16])
    }

    @Test func anyChangeComesBackBitForBit() throws {
        var random = RandomSource(seed: 5)
        func number(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
        for _ in 0..<200 {
            var base = Checkpoint(metadata: ["a": "\(number(3))"])
            for name in ["x", "y", "z"] where number(4) > 0 {
                base.arrays[name] = Self.table(1 + number(20), 1 + number(3)) { _, _ in Float(number(3)) }
            }
            base.arrays["flat"] = StoredArray((0..<number(9)).map { Int64($0) })
            var next = base
            next.metadata["b"] = "\(number(3))"
            for name in ["x", "y", "new"] {
                switch number(4) {
                case 0: next.arrays[name] = nil
                case 1: next.arrays[name] = Self.table(1 + number(25), 1 + number(3)) { _, _ in Float(number(3)) }
                case 2:
                    guard let old = base.arrays[name], let values = old.numbers(of: Float.self) else { continue }
                    var changed = values
                    changed[number(changed.count)] = -.zero
                    let more = [Float](repeating: .nan, count: old.shape[1] * number(3))
                    next.arrays[name] = StoredArray(
                        changed + more,
                        shape: [old.shape[0] + more.count / old.shape[1], old.shape[1]]
                    )
                default: break
                }
            }
            let result = try base.applying(next.delta(since: base))
            #expect(result == next)
        }
    }

    @Test func deltaOfAnotherBaseIsRefused() throws {
        let base = Checkpoint(arrays: ["items": Self.table(100, 4) { Float($0 + $1) }])
        var next = base
        next.arrays["items"] = Self.table(101, 4) { $0 == 3 ? 0 : Float($0 + $1) }
        let delta = next.delta(since: base)
        let others: [[String: StoredArray]] = [
            [:], ["items": Self.table(100, 5) { Float($0 + $1) }], ["items": Self.table(99, 4) { Float($0 + $1) }],
            ["items": Self.table(102, 4) { Float($0 + $1) }], ["items": StoredArray([Float](repeating: 0, count: 400))],
            ["items": StoredArray([Int32](repeating: 0, count: 400), shape: [100, 4])],
        ]
        for arrays in others {
            #expect(throws: FreshetError.self) { try Checkpoint(arrays: arrays).applying(delta) }
        }
        #expect(throws: FreshetError.self) { try base.applying(next) }
        for rows: [Int32] in [[3, 101], [-1, 100], [100, 3]] {
            var hostile = delta
            hostile.arrays["rows.items"] = StoredArray(rows)
            #expect(throws: FreshetError.self) { try base.applying(hostile) }
        }
    }
}

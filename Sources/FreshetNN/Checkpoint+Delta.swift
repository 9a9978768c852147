import Foundation
import FreshetCore

/// The difference of two checkpoints, itself a checkpoint: the rows of tables that changed, and all that is not a table whole.
///
/// | in the delta | what it is |
/// | --- | --- |
/// | `rows.NAME` | the numbers of the rows of `NAME` that changed or are new, in order |
/// | `values.NAME` | those rows |
/// | `whole.NAME` | an array that is new, of another shape than more rows, or changed in most of its rows |
/// | `changes` | as JSON: the metadata, how many rows each table has, which arrays are gone |
extension Checkpoint {
    /// What beside arrays a delta holds.
    private struct Changes: Codable {
        var metadata: [String: String]
        var rowCounts: [String: Int] = [:]
        var removed: [String] = []
    }

    private static let changes = "changes"

    /// What turns another checkpoint into this one.
    package func delta(since base: Checkpoint) -> Checkpoint {
        var delta = Checkpoint()
        var changes = Changes(metadata: metadata)
        changes.removed = base.arrays.keys.filter { arrays[$0] == nil }.sorted()
        for (name, array) in arrays {
            guard let old = base.arrays[name] else {
                delta.arrays["whole." + name] = array
                continue
            }
            guard array != old else { continue }
            guard let rows = array.rows(changedSince: old), 2 * rows.count <= array.shape[0] else {
                delta.arrays["whole." + name] = array
                continue
            }
            changes.rowCounts[name] = array.shape[0]
            delta.arrays["rows." + name] = StoredArray(rows)
            delta.arrays["values." + name] = array.rows(rows)
        }
        delta.arrays[Self.changes] = StoredArray(Array(SnapshotText.encode(changes)))
        return delta
    }

    /// This checkpoint with a delta applied: bit for bit the one that the delta was made of.
    /// - Throws: ``FreshetError`` of kind `invalidData` when the delta is of something else; this one is as it was.
    package func applying(_ delta: Checkpoint) throws -> Checkpoint {
        let changes = try delta.readChanges()
        var result = Checkpoint(arrays: arrays, metadata: changes.metadata)
        for name in changes.removed { result.arrays[name] = nil }
        for (key, array) in delta.arrays {
            if key.hasPrefix("whole.") { result.arrays[String(key.dropFirst("whole.".count))] = array }
        }
        for (name, count) in changes.rowCounts {
            guard let old = arrays[name], let values = delta.arrays["values." + name] else {
                throw FreshetError(.invalidData, "The delta changes rows of '\(name)', which is not there.")
            }
            let rows: [Int32] = try delta.numbers("rows." + name)
            result.arrays[name] = try old.replacing(rows, by: values, count: count, name)
        }
        return result
    }

    private func readChanges() throws -> Changes {
        let text: [UInt8] = try numbers(Self.changes)
        do {
            return try JSONDecoder().decode(Changes.self, from: Data(text))
        } catch is DecodingError {
            throw FreshetError(.invalidData, "The delta does not say what it changes.")
        }
    }
}

/// JSON with sorted keys, so that equal values are equal bytes.
private enum SnapshotText {
    static func encode(_ value: some Encodable) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let text = try? encoder.encode(value) else { preconditionFailure("strings and numbers are JSON") }
        return text
    }
}

extension StoredArray {
    private var rowSize: Int { shape.dropFirst().reduce(elementType.size, *) }

    /// The rows that differ from an array of as wide rows, and those behind its end; `nil` where it is not one.
    fileprivate func rows(changedSince old: StoredArray) -> [Int32]? {
        guard shape.count > 1, elementType == old.elementType, shape.dropFirst() == old.shape.dropFirst(),
            shape[0] >= old.shape[0], shape[0] <= Int(Int32.max), rowSize > 0
        else { return nil }
        let size = rowSize
        var changed: [Int32] = []
        withBytes { new in
            old.withBytes { before in
                guard let new = new.baseAddress, let before = before.baseAddress else { return }
                for row in 0..<old.shape[0] where memcmp(new + row * size, before + row * size, size) != 0 {
                    changed.append(Int32(row))
                }
            }
        }
        return changed + (old.shape[0]..<shape[0]).map(Int32.init)
    }

    /// Some rows, in an array of their own.
    fileprivate func rows(_ rows: [Int32]) -> StoredArray {
        let size = rowSize
        var bytes = Data(capacity: rows.count * size)
        withBytes { all in
            for row in rows { bytes.append(contentsOf: all[(Int(row) * size)..<((Int(row) + 1) * size)]) }
        }
        return StoredArray(elementType: elementType, shape: [rows.count] + shape.dropFirst(), bytes: bytes)
    }

    /// The array with other rows in the place of some, and further ones behind its end.
    fileprivate func replacing(
        _ rows: [Int32],
        by values: StoredArray,
        count: Int,
        _ name: String
    ) throws -> StoredArray {
        let size = rowSize
        let isSound =
            values.elementType == elementType && !shape.isEmpty && values.shape.dropFirst() == shape.dropFirst()
            && values.shape.first == rows.count && count >= shape[0] && count - shape[0] <= rows.count
            && rows.allSatisfy { $0 >= 0 && Int($0) < count }
            && rows.suffix(count - shape[0]).elementsEqual((shape[0]..<count).map(Int32.init))
        guard isSound else { throw FreshetError(.invalidData, "The rows of '\(name)' in the delta do not fit.") }
        var bytes = self.bytes
        bytes.append(Data(count: (count - shape[0]) * size))
        bytes.withUnsafeMutableBytes { all in
            values.withBytes { new in
                for (place, row) in rows.enumerated() {
                    let target = UnsafeMutableRawBufferPointer(
                        rebasing: all[(Int(row) * size)..<((Int(row) + 1) * size)]
                    )
                    target.copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: new[(place * size)..<((place + 1) * size)])
                    )
                }
            }
        }
        return StoredArray(elementType: elementType, shape: [count] + shape.dropFirst(), bytes: bytes)
    }
}

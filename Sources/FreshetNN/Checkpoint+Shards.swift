import Foundation
import FreshetCore

/// Weights of other programs: one file, or several with an index.
extension Checkpoint {
    /// Opens weights without reading them: a number comes from the disk when it is asked for.
    ///
    /// - Parameter path: a safetensors file, or the JSON index of several (`model.safetensors.index.json`), which lie beside
    ///   it.
    /// - Returns: the arrays of all files; their memory is the files', mapped.
    /// - Throws: `FreshetError` of kind `external` when a file cannot be opened, `invalidData` when one is damaged or the
    ///   index does not fit.
    public static func mapped(from path: String) throws -> Checkpoint {
        guard path.hasSuffix(".json") else { return try read(path, from: FileContents.map(path)) }
        let index = try ShardIndex(path)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        var whole = Checkpoint()
        for (file, names) in index.files.sorted(by: { $0.key < $1.key }) {
            let shard = try read(file, from: FileContents.map(folder.appendingPathComponent(file).path))
            for name in names {
                guard let array = shard.arrays[name] else {
                    throw FreshetError(
                        .invalidData,
                        "'\(path)' says that array '\(name)' is in '\(file)', which lacks it."
                    )
                }
                whole.arrays[name] = array
            }
        }
        return whole
    }

    private static func read(_ path: String, from bytes: Data) throws -> Checkpoint {
        do {
            return try Checkpoint(encoded: bytes, requiringChecksum: false)
        } catch let error as FreshetError {
            throw FreshetError(
                .invalidData,
                "'\(path)' is not a whole safetensors file: \(error.message)",
                remedy: error.remedy ?? "Copy it again from where it was made."
            )
        }
    }
}

/// The index of weights in several files: which array is in which.
private struct ShardIndex {
    private struct Document: Decodable { let weight_map: [String: String] }

    /// The names of the arrays by file.
    let files: [String: [String]]

    init(_ path: String) throws {
        guard let document = try? JSONDecoder().decode(Document.self, from: FileContents.read(path)) else {
            // Read once more for the error of the file itself, if that is what went wrong.
            _ = try FileContents.read(path)
            throw FreshetError(.invalidData, "'\(path)' is not an index of safetensors files: it has no 'weight_map'.")
        }
        var files: [String: [String]] = [:]
        for (name, file) in document.weight_map {
            // A name of a file beside the index and nothing else: an index must not lead out of its folder.
            guard !file.isEmpty, !file.contains("/"), file != ".", file != "..", !file.contains("\0") else {
                throw FreshetError(
                    .invalidData,
                    "'\(path)' puts array '\(name)' into '\(file)', which is no plain file name."
                )
            }
            files[file, default: []].append(name)
        }
        self.files = files
    }
}

import Foundation
import FreshetCore

extension Checkpoint {
    /// Writes the checkpoint as one safetensors file: to a new name, synced, then renamed.
    ///
    /// The arrays are written from where they lie, so it takes no memory.
    /// - Throws: `FreshetError` of kind `external`, such as a full disk; an old file of the name is then untouched.
    public func write(to path: String) throws {
        let file = try DurableFile(path: path)
        try forEachPart { try file.write($0) }
        try file.commit()
    }

    /// Reads a safetensors file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - requiringChecksum: whether the file must carry a checksum, as all of ours do; one that is there is always
    ///     verified. Files of other programs have none.
    /// - Returns: the checkpoint, its arrays in one block of memory.
    /// - Throws: `FreshetError` of kind `external` when the file cannot be read, `invalidData` when it is damaged.
    public static func read(from path: String, requiringChecksum: Bool = true) throws -> Checkpoint {
        let bytes = try FileContents.read(path)
        do {
            return try Checkpoint(encoded: bytes, requiringChecksum: requiringChecksum)
        } catch let error as FreshetError {
            throw FreshetError(
                .invalidData,
                "'\(path)' is not a whole checkpoint: \(error.message)",
                remedy: error.remedy ?? "Copy it again from where it was made, or train again."
            )
        }
    }
}

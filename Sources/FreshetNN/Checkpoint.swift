import Foundation
import FreshetCore

/// Named arrays and string metadata, kept in one safetensors file.
///
/// The file is written to a new name, synced and renamed, so a reader sees the old or the new one; its metadata carry a
/// CRC-32 of the header and the array bytes, which is checked on reading. Format: https://github.com/huggingface/safetensors.
public struct Checkpoint: Sendable, Equatable {
    /// The arrays by name.
    public var arrays: [String: StoredArray]
    /// Everything else: configuration, seed, data range, metrics, each as a string.
    public var metadata: [String: String]

    /// Creates a checkpoint.
    public init(arrays: [String: StoredArray] = [:], metadata: [String: String] = [:]) {
        self.arrays = arrays
        self.metadata = metadata
    }
}

/// A number type that a checkpoint can hold.
public protocol StorableNumber: Sendable {
    /// Its name in the file.
    static var elementType: StoredArray.ElementType { get }
}

extension Float: StorableNumber {
    /// 32-bit floats.
    public static var elementType: StoredArray.ElementType { .float32 }
}
extension Double: StorableNumber {
    /// 64-bit floats.
    public static var elementType: StoredArray.ElementType { .float64 }
}
extension Int32: StorableNumber {
    /// 32-bit integers.
    public static var elementType: StoredArray.ElementType { .int32 }
}
extension Int64: StorableNumber {
    /// 64-bit integers.
    public static var elementType: StoredArray.ElementType { .int64 }
}
extension Int8: StorableNumber {
    /// Signed bytes.
    public static var elementType: StoredArray.ElementType { .int8 }
}
extension UInt8: StorableNumber {
    /// Bytes.
    public static var elementType: StoredArray.ElementType { .uint8 }
}
extension ItemIndex: StorableNumber {
    /// 32-bit integers.
    public static var elementType: StoredArray.ElementType { .int32 }
}
extension Timestamp: StorableNumber {
    /// 64-bit integers: milliseconds since 1970.
    public static var elementType: StoredArray.ElementType { .int64 }
}

extension Checkpoint {
    /// An array by name and type, checked against a shape (`nil` lengths are free).
    /// - Throws: `FreshetError` of kind `invalidData` when it is missing, of another type or shape.
    public func numbers<Number: StorableNumber>(
        _ name: String,
        of type: Number.Type = Number.self,
        shape: [Int?]? = nil
    ) throws -> [Number] {
        guard let array = arrays[name] else {
            throw FreshetError(.invalidData, "The checkpoint has no array '\(name)'.")
        }
        guard let numbers = array.numbers(of: type) else {
            throw FreshetError(
                .invalidData,
                "Array '\(name)' holds \(array.elementType.rawValue), not \(type.elementType.rawValue)."
            )
        }
        if let shape {
            let fits = shape.count == array.shape.count && zip(shape, array.shape).allSatisfy { $0 == nil || $0 == $1 }
            guard fits else {
                let wanted = shape.map { $0.map(String.init) ?? "any" }.joined(separator: "×")
                throw FreshetError(.invalidData, "Array '\(name)' has shape \(array.shape), not \(wanted).")
            }
        }
        return numbers
    }

    /// An array of moments, or the one of whole seconds under the name that versions before milliseconds gave it.
    /// - Throws: as ``numbers(_:of:shape:)``.
    public func times(_ name: String, orSeconds older: String, shape: [Int?]? = nil) throws -> [Timestamp] {
        guard arrays[name] == nil, arrays[older] != nil else { return try numbers(name, shape: shape) }
        return try numbers(older, of: Int64.self, shape: shape).map(Timestamp.init(seconds:))
    }
}

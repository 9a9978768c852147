import Foundation
import FreshetTensor

/// An array of a checkpoint: numbers of one type in a shape, row-major, little-endian.
///
/// Made of an array of numbers it shares that array's memory, so that a checkpoint of a long catalogue is no second copy
/// of it.
public struct StoredArray: Sendable, Equatable {
    /// The number types in use, by their safetensors names.
    public enum ElementType: String, Sendable, Codable {
        /// 32-bit floats.
        case float32 = "F32"
        /// 16-bit floats of IEEE 754.
        case float16 = "F16"
        /// The upper halves of 32-bit floats.
        case bfloat16 = "BF16"
        /// 64-bit floats.
        case float64 = "F64"
        /// 32-bit integers.
        case int32 = "I32"
        /// 64-bit integers.
        case int64 = "I64"
        /// Signed bytes.
        case int8 = "I8"
        /// Bytes.
        case uint8 = "U8"
        /// Truth values, a byte each.
        case bool = "BOOL"

        /// Bytes an element.
        public var size: Int {
            switch self {
            case .float64, .int64: 8
            case .float32, .int32: 4
            case .float16, .bfloat16: 2
            case .int8, .uint8, .bool: 1
            }
        }
    }

    /// The type of the numbers.
    public let elementType: ElementType
    /// The lengths of the dimensions.
    public let shape: [Int]
    private let storage: any StoredBytes

    /// Creates an array from its bytes.
    public init(elementType: ElementType, shape: [Int], bytes: Data) {
        self.init(elementType: elementType, shape: shape, storage: bytes)
    }

    /// Creates an array of numbers; the shape is one row of them unless given.
    public init<Number: StorableNumber>(_ numbers: [Number], shape: [Int]? = nil) {
        self.init(elementType: Number.elementType, shape: shape ?? [numbers.count], storage: numbers)
    }

    /// Creates an array of the numbers of a buffer; the shape is one row of them unless given.
    ///
    /// - Parameters:
    ///   - buffer: the numbers.
    ///   - shape: the lengths of the dimensions.
    ///   - sharingMemory: whether the array lies where the numbers do instead of in a copy: it is right until they change.
    package init<Number: StorableNumber>(
        _ buffer: GrowingBuffer<Number>,
        shape: [Int]? = nil,
        sharingMemory: Bool
    ) {
        let storage = sharingMemory ? buffer : buffer.copy()
        self.init(elementType: Number.elementType, shape: shape ?? [buffer.count], storage: storage)
    }

    private init(elementType: ElementType, shape: [Int], storage: any StoredBytes) {
        let count = storage.withStoredBytes { $0.count }
        precondition(count == shape.reduce(elementType.size, *), "\(count) bytes for shape \(shape)")
        self.elementType = elementType
        self.shape = shape
        self.storage = storage
    }

    /// How many bytes the numbers have.
    public var byteCount: Int { shape.reduce(elementType.size, *) }

    /// A copy of the numbers' bytes.
    public var bytes: Data { storage as? Data ?? withBytes { Data($0) } }

    /// Calls `body` with the numbers' bytes where they lie.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try storage.withStoredBytes(body)
    }

    /// The numbers, or `nil` when they are of another type.
    public func numbers<Number: StorableNumber>(of type: Number.Type = Number.self) -> [Number]? {
        guard elementType == Number.elementType else { return nil }
        if let numbers = storage as? [Number] { return numbers }
        return withBytes { bytes in
            [Number](unsafeUninitializedCapacity: bytes.count / elementType.size) { buffer, count in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
                count = bytes.count / elementType.size
            }
        }
    }

    /// Whether type, shape and bytes are the same.
    public static func == (one: StoredArray, other: StoredArray) -> Bool {
        guard one.elementType == other.elementType, one.shape == other.shape else { return false }
        return one.withBytes { mine in
            other.withBytes { theirs in
                guard let one = mine.baseAddress, let other = theirs.baseAddress else { return true }
                return memcmp(one, other, mine.count) == 0
            }
        }
    }
}

/// Where the bytes of a ``StoredArray`` lie.
private protocol StoredBytes: Sendable {
    func withStoredBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
}

extension Data: StoredBytes {
    fileprivate func withStoredBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeBytes(body)
    }
}

extension Array: StoredBytes where Element: StorableNumber {
    fileprivate func withStoredBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeBytes(body)
    }
}

extension GrowingBuffer: StoredBytes where Element: StorableNumber {
    fileprivate func withStoredBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(numbers))
    }
}

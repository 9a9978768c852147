import FreshetCore

/// What stands before every message on a socket: who it is for, of which kind, and how long it is.
struct Frame: Equatable {
    /// What a message is.
    enum Kind: UInt16 {
        /// A rank that introduces itself.
        case hello = 1
        /// Where the ranks are, the answer of rank 0.
        case table
        /// Why a rank may not take part, the other answer.
        case refusal
        /// A rank's part of an operation.
        case message
        /// A rank ends because it lost another one.
        case loss
    }

    /// Bytes of a header.
    static let headerSize = 24
    /// The longest message, in bytes.
    static let longest = 1 << 36
    /// The version of the format, which all ranks share.
    static let version: UInt16 = 1

    private static let magic: UInt32 = 0x5453_5246

    let kind: Kind
    /// The number of the operation, from 0: ranks that are not at the same one have lost each other.
    let number: UInt64
    /// Bytes that follow.
    let length: Int

    init(_ kind: Kind, number: UInt64 = 0, length: Int) {
        self.kind = kind
        self.number = number
        self.length = length
    }

    /// Reads a header; `nil` where the bytes are none of this version.
    init?(header bytes: [UInt8]) {
        guard bytes.count == Self.headerSize else { return nil }
        func number<Number: FixedWidthInteger & BitwiseCopyable>(at place: Int, _ type: Number.Type) -> Number {
            Number(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: type) })
        }
        let length = number(at: 16, UInt64.self)
        guard number(at: 0, UInt32.self) == Self.magic, number(at: 4, UInt16.self) == Self.version,
            let kind = Kind(rawValue: number(at: 6, UInt16.self)), length <= UInt64(Self.longest)
        else { return nil }
        self.init(kind, number: number(at: 8, UInt64.self), length: Int(length))
    }

    /// The header.
    var header: [UInt8] {
        var bytes = MessageBytes()
        bytes.append(Self.magic.littleEndian)
        bytes.append(Self.version.littleEndian)
        bytes.append(kind.rawValue.littleEndian)
        bytes.append(number.littleEndian)
        bytes.append(UInt64(length).littleEndian)
        return bytes.bytes
    }
}

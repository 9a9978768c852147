/// An id on its way into or out of an ``IdentifierTable``: its bytes, its hash, and what a slot knows of it.
struct IdentifierProbe {
    /// Twelve bytes that stand for an id: a short one itself, or half the hash of a long one.
    struct Key {
        let low: UInt64
        let high: UInt32
    }

    /// The longest id that a key holds: 11 bytes and their number.
    static let maximumShortCount = 11
    private static let longMark = UInt32(0xFF) << 24

    /// The id.
    let bytes: UnsafeBufferPointer<UInt8>
    /// What a slot knows of the id.
    let key: Key
    /// The hash of the bytes.
    let hash: UInt64

    /// Packs and hashes an id.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        let raw = UnsafeRawBufferPointer(bytes)
        if raw.count <= Self.maximumShortCount {
            key = Self.pack(raw)
            hash = Self.mix(key.low ^ 0x9E37_79B9_7F4A_7C15, UInt64(key.high) ^ 0xA076_1D64_78BD_642F)
        } else {
            let hash = Self.hash(long: raw)
            self.hash = hash
            key = Key(low: hash, high: Self.longMark)
        }
    }

    /// Whether equal keys are equal ids.
    var isShort: Bool { key.high & Self.longMark != Self.longMark }

    /// Packs a short id by loads that overlap, instead of a loop over bytes; the top byte is the length.
    private static func pack(_ bytes: UnsafeRawBufferPointer) -> Key {
        let count = bytes.count
        let length = UInt32(count) << 24
        if count >= 8 {
            let tail = bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            return Key(
                low: bytes.loadUnaligned(as: UInt64.self),
                high: UInt32(truncatingIfNeeded: UInt64(tail) >> UInt64(8 * (12 - count))) | length
            )
        }
        if count >= 4 {
            let tail = UInt64(bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            return Key(
                low: UInt64(bytes.loadUnaligned(as: UInt32.self)) | tail << UInt64(8 * (count - 4)),
                high: length
            )
        }
        var packed: UInt64 = 0
        for offset in 0..<count { packed |= UInt64(bytes[offset]) << UInt64(8 * offset) }
        return Key(low: packed, high: length)
    }

    /// Eight bytes at a time, mixed by a full 64-bit product (as wyhash does); the last eight may overlap.
    private static func hash(long bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
        for offset in stride(from: 0, to: bytes.count - 8, by: 8) {
            state = mix(state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0xA076_1D64_78BD_642F)
        }
        let last = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        return mix(state ^ last, 0xE703_7ED1_A0B4_28DB)
    }

    private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}

/// A place in the hash of an ``IdentifierTable``: free, or an id's key and its number.
struct IdentifierSlot: Sendable {
    /// A place without an id.
    static let free = IdentifierSlot()

    private let low: UInt64
    private let high: UInt32
    /// The number + 1; 0 is free.
    private let number: UInt32

    private init() { (low, high, number) = (0, 0, 0) }

    /// The place of an id.
    init(_ key: IdentifierProbe.Key, position: Int) {
        (low, high, number) = (key.low, key.high, UInt32(position + 1))
    }

    /// Whether no id stands here.
    var isFree: Bool { number == 0 }
    /// The number of the id that stands here.
    var position: Int { Int(number) - 1 }
    /// Whether an id of this key stands here.
    func holds(_ key: IdentifierProbe.Key) -> Bool { low == key.low && high == key.high }
}

/// A number for a text that is the same in every process: FNV-1a of 64 bits.
///
/// Units and answers are remembered by such numbers, a tenth of the memory of their ids. Among ten million ids two share a
/// number with a chance of three in a million.
package enum StableHash {
    /// The number of a text.
    package static func of(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }
}

/// Which events of the log are looked at: the same ones in every run.
enum EventSampling {
    /// Whether an event is in a sample of a share of all events; samples of other purposes are independent.
    static func takes(_ offset: Int64, share: Double, purpose: UInt64) -> Bool {
        if share >= 1 { return true }
        // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
        var z = UInt64(bitPattern: offset) &* 0x9E37_79B9_7F4A_7C15 &+ purpose
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53 < share
    }
}

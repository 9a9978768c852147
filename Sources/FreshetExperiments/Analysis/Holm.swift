/// Holm's correction: p-values of several questions, made larger so that the chance of even one false answer is kept.
///
/// With p-values that are valid at every look the corrected ones are too (Holm, 1979).
public enum Holm {
    /// The corrected p-values, in the order of those given.
    public static func adjusted(_ pValues: [Double]) -> [Double] {
        var result = pValues
        var largest = 0.0
        for (rank, place) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
            largest = max(largest, min(1, pValues[place] * Double(pValues.count - rank)))
            result[place] = largest
        }
        return result
    }
}

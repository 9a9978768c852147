import FreshetCore

extension SourceTaken {
    /// Why steps cannot be made, or `nil`; a partition may have several, one behind the other.
    ///
    /// - Parameters:
    ///   - steps: the steps, in order.
    ///   - position: where a partition stands; `nil` when nobody ever claimed it.
    /// - Returns: the refusal of the first that cannot be made.
    package static func refusal(
        of steps: [SourceStep],
        position: (SourcePartition) throws -> SourcePosition?
    ) rethrows -> SourceTaken? {
        var reached: [SourcePartition: SourcePosition] = [:]
        for step in steps {
            let partition = step.start.partition
            let kept = try reached[partition] ?? position(partition)
            guard kept == step.start, step.next >= step.start.next ?? step.next else {
                return SourceTaken(held: step.start, kept: kept)
            }
            reached[partition] = step.end
        }
        return nil
    }
}

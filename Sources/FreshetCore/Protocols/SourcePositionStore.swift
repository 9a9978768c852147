/// A log that keeps with its events how far their sources were read: every message of a source is in it exactly once.
///
/// A position moves in the transaction of the events that were read on the way, and only from where it stands. So a crash
/// loses nothing and repeats nothing, and of two readers that both believe a partition theirs only one can write.
public protocol SourcePositionStore: Sendable {
    /// Takes partitions over, in one transaction: whoever claimed them before can write from them no more.
    /// - Returns: where to go on, in the order given.
    func claim(_ partitions: [SourcePartition]) async throws -> [SourcePosition]

    /// Appends events as ``EventLog/append(_:)`` does, and moves the positions of where they come from with them.
    ///
    /// - Parameters:
    ///   - events: the events; none where all that was read was bad or went elsewhere.
    ///   - steps: a step for each partition that was read.
    /// - Returns: what became of the events.
    /// - Throws: ``SourceTaken`` when one step does not start where its partition stands: none of the events is written, and
    ///   no position moved. ``FreshetError`` as ``EventLog/append(_:)``.
    func append(_ events: [Event], moving steps: [SourceStep]) async throws -> AppendReceipt

    /// Where all partitions of a source stand, by topic and number.
    func positions(of source: String) async throws -> [SourcePosition]
}

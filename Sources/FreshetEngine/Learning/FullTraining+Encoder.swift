import FreshetCore
import FreshetLanguage
import FreshetModels
import FreshetTensor

/// The slow path: the encoder of the items' texts learns, now and then, what users choose one after the other.
extension FullTraining {
    /// How many events are read at once.
    private static let page = 10_000
    /// The part of the work that tuning is, the reading of the catalogue the other.
    private static let tuningShare = 0.5

    /// Tunes the encoder on pairs of the newest events, beginning with what was learned for the order's reading and held near
    /// that, and has it read the catalogue anew.
    ///
    /// - Parameters:
    ///   - order: up to which event, and beginning with what.
    ///   - isCancelled: asked between steps.
    ///   - report: called with the share that is done.
    /// - Returns: what it has read.
    /// - Throws: ``FreshetError`` when the log or the catalogue cannot be read, pairs are too few, or it was cancelled.
    func tuneEncoder(
        _ order: Order,
        isCancelled: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (Double) -> Void
    ) throws -> Product {
        guard let service = texts, let encoder = service.tunableEncoder else {
            throw FreshetError(.conflict, "There is no encoder that can be tuned.")
        }
        let start = ContinuousClock.now
        let known = try service.texts().filter { !$0.text.isEmpty }
        var texts = [String](repeating: "", count: (known.map(\.item.position).max() ?? -1) + 1)
        for text in known { texts[text.item.position] = text.text }
        let pairs = CoVisitPairs.of(try newestEvents(upTo: order.newest)) { item in
            item.position < texts.count && !texts[item.position].isEmpty
        }
        let (adapters, outcome) = try EncoderTuning.tune(
            encoder,
            from: order.reading.flatMap { service.tuned.adapters(of: $0.id) },
            texts: texts,
            pairs: pairs,
            tuning.tuning,
            seed: seed ^ UInt64(bitPattern: order.newest),
            pool: ThreadPool(threads: settings.threads),
            isCancelled: isCancelled,
            report: { report(Self.tuningShare * $0) }
        )
        let prepared = try service.prepare(
            adapters,
            beside: encoder,
            threads: settings.threads,
            isCancelled: isCancelled,
            report: { report(Self.tuningShare + (1 - Self.tuningShare) * $0) }
        )
        return Product(
            prepared: prepared,
            learned: order.newest,
            seconds: (ContinuousClock.now - start) / .seconds(1),
            wasCutShort: false,
            source: "the encoder \(encoder.name), tuned on \(min(pairs.count, tuning.tuning.pairs)) pairs to a loss of "
                + "\(outcome.losses.last.map { ($0 * 1000).rounded() / 1000 } ?? 0)"
        )
    }

    private func newestEvents(upTo newest: Int64) throws -> [LoggedEvent] {
        var events: [LoggedEvent] = []
        var offset = max(0, newest - Int64(tuning.events))
        while offset < newest {
            let page = try log.events(after: offset, limit: Self.page).prefix { $0.offset <= newest }
            guard let last = page.last else { break }
            events += page
            offset = last.offset
        }
        return events
    }
}

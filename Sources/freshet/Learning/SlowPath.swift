import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetLearning
import FreshetModels
import FreshetTensor

/// The slow path over a stream: every so many hours of it the encoder of the items' texts is tuned on what users chose one after
/// the other, reads the catalogue anew, and competes, as in the engine.
struct SlowPath {
    /// What came of it.
    struct Figures: Encodable, Sendable {
        /// How often the encoder was tuned.
        var tunings = 0
        /// How often what came of it went live.
        var promotions = 0
        /// Seconds of tuning and reading.
        var seconds = 0.0
    }

    let stream: EventStream
    let encoder: TextEncoder
    let settings: EncoderTuning.Settings
    /// Hours of the stream between tunings.
    let hours: Double
    /// From how many of the newest events pairs are taken.
    let events: Int
    let seed: UInt64
    let pool: ThreadPool
    private(set) var figures = Figures()
    private var texts: [String] = []
    private var adapters: [String: EncoderAdapters] = [:]
    private var next = Int64.min

    init(
        _ stream: EventStream,
        _ encoder: TextEncoder,
        _ settings: EncoderTuning.Settings,
        hours: Double,
        events: Int,
        seed: UInt64,
        pool: ThreadPool
    ) {
        (self.stream, self.encoder, self.settings, self.hours) = (stream, encoder, settings, hours)
        (self.events, self.seed, self.pool) = (events, seed, pool)
        texts = stream.catalogue.map(ItemText.text)
    }

    /// Has the encoder tuned on what came before a place of the stream, once that is due and nothing else competes.
    /// - Throws: ``FreshetError`` when it cannot be tuned, or when stopped.
    mutating func consider(_ place: Int, _ loop: LearningLoop) throws {
        let time = stream.events[place].time.seconds
        if next == .min { next = time + Int64(hours * 3600) }
        guard time >= next, loop.policy.candidate == nil else { return }
        next = time + Int64(hours * 3600)
        let start = ProgressReporter.now()
        let pairs = CoVisitPairs.of(stream.events[max(0, place - events)..<place]) { !texts[$0.position].isEmpty }
        guard pairs.count >= settings.leastPairs else { return }
        let (tuned, _) = try EncoderTuning.tune(
            encoder,
            from: loop.live.reading.flatMap { adapters[$0.id] },
            texts: texts,
            pairs: pairs,
            settings,
            seed: seed ^ UInt64(place),
            pool: pool,
            isCancelled: { Interruption.isRequested }
        )
        adapters[tuned.name] = tuned
        try loop.readingFinished(try read(by: tuned))
        figures.tunings += 1
        figures.seconds += ProgressReporter.now() - start
    }

    /// Takes note of what went live.
    mutating func note(_ step: LearningStep) {
        figures.promotions += step.published.count { $0.by == .promotion && $0.state.reading != nil }
    }

    private func read(by adapters: EncoderAdapters) throws -> ContentReading {
        let encoder = try adapters.encoder(from: encoder)
        let reading = ContentReading(id: adapters.name)
        let content = ItemContent(of: stream.catalogue, by: encoder, on: pool)
        Self.fill(reading, content, encoder, searches: stream.searches, on: pool)
        return reading
    }

    /// Puts content into the space of its own axes, and what users looked for into the same.
    static func fill(
        _ reading: ContentReading,
        _ content: ItemContent,
        _ encoder: any ItemEncoder,
        searches: [LoggedSearch],
        on pool: ThreadPool
    ) {
        let projection = ContentProjection(of: content, width: ItemVectors.usualWidth)
        let items = ItemVectors(encoder: content.encoder, width: projection.width)
        reading.view.replace(
            with: items.replacing(
                (0..<content.itemCount).map { ItemIndex($0) },
                with: projection.vectors(of: content),
                on: pool
            )
        )
        let count = content.itemCount
        reading.set(ContentReader(named: content.encoder, by: encoder, projection, textCount: count))
        reading.searches.add(searches)
        reading.readSearches()
    }
}

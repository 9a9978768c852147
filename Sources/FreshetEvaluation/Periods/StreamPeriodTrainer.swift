import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// Trains a model that learns from a stream: fitted to the first period, then every event of the later ones once, in the
/// order of time; what is replayed beside is the model's own affair.
struct StreamPeriodTrainer: PeriodTrainer {
    private let model: ModelDescription
    private let settings: PeriodProtocol.Settings
    private let seed: UInt64
    private let pool: ThreadPool
    private var learner: (any OnlineLearner)?
    private var offset: Int64 = 0
    private(set) var scorer: (any Scorer)?
    private(set) var validationRecall = 0.0
    let epochs = 1

    init(_ model: ModelDescription, settings: PeriodProtocol.Settings, seed: UInt64, pool: ThreadPool) {
        (self.model, self.settings, self.seed, self.pool) = (model, settings, seed, pool)
    }

    mutating func restart() { (scorer, learner) = (nil, nil) }

    mutating func learn(_ period: PeriodLesson, random: inout RandomSource) throws {
        let learner = try learner ?? fit(period)
        if self.learner != nil {
            let events = stream(period)
            for start in stride(from: 0, to: events.count, by: settings.batchSize) {
                learner.learn(Array(events[start..<min(start + settings.batchSize, events.count)]))
            }
        }
        makeRoom(for: period.itemCount, learner)
        self.learner = learner
        let scorer = learner.makeScorer()
        self.scorer = scorer
        validationRecall = PeriodProtocol.recall(period.validation.ranks(of: scorer, pool: pool), at: 20)
    }

    /// A learner that goes on from a model of a period.
    private func fit(_ period: PeriodLesson) throws -> any OnlineLearner {
        var sessions = Histories()
        for session in period.learned.sorted() { sessions.append(period.sessions[session]) }
        let dataset = Dataset(
            users: IdentifierTable((0..<sessions.userCount).map { "\($0)" }),
            items: IdentifierTable((0..<period.itemCount).map { "\($0)" }),
            histories: sessions
        )
        let data = TrainingData(dataset: dataset)
        var trained = try model.makeLearner(overrides: settings.model, data: data)
        try trained.fit(data, session: TrainingSession(seed: seed, pool: pool))
        let learner = try model.makeOnlineLearner(
            from: trained.makeScorer(),
            configurationJSON: model.configurationJSON(of: trained),
            settings: OnlineLearning.Settings(),
            seed: seed,
            pool: pool
        )
        guard let learner else {
            throw FreshetError(.usage, "The model '\(model.name)' does not learn from a stream.")
        }
        return learner
    }

    /// The events of the sessions that are learned, each with what came before it in its session.
    private mutating func stream(_ period: PeriodLesson) -> [StreamEvent] {
        var events: [StreamEvent] = []
        for session in period.learned {
            let range = period.sessions.offsets[session.position]..<period.sessions.offsets[session.position + 1]
            for place in range {
                let event = LoggedEvent(
                    offset: Int64(events.count),
                    user: session,
                    item: period.sessions.items[place],
                    type: 0,
                    time: period.sessions.times[place]
                )
                let start = max(range.lowerBound, place - settings.contextLength)
                let history = period.sessions.history(in: start..<place)
                events.append(StreamEvent(event: event, history: history, isNewItem: false))
            }
        }
        events.sort { ($0.event.time, $0.event.offset) < ($1.event.time, $1.event.offset) }
        for place in events.indices {
            offset += 1
            events[place].event.offset = offset
        }
        return events
    }

    /// Has the model know items that only held-out sessions have, without learning anything of them.
    private func makeRoom(for count: Int, _ learner: any OnlineLearner) {
        guard learner.itemCount < count else { return }
        let last = LoggedEvent(offset: offset, user: UserIndex(0), item: ItemIndex(count - 1), type: 0, time: 0)
        let event = StreamEvent(event: last, history: History(items: []), isNewItem: false)
        learner.learn([event], emphasis: OnlineLearning.Emphasis(rate: 0, replay: 0))
    }
}

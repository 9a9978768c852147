import ArgumentParser
import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetLanguage
import FreshetLearning
import FreshetModels

/// `freshet learn`.
struct Learn: FreshetCommand {
    /// How a stream is learned and measured.
    enum LearnProtocol: String, ExpressibleByArgument, CaseIterable {
        /// Every event is predicted, then learned, in the order of time.
        case prequential
        /// A period is learned, the next one tested, and so on (Mi and others, "ADER", RecSys 2020).
        case ader
    }

    static let configuration = CommandConfiguration(
        abstract: "Run the learning loop over a data set, as the engine does live, and measure it.",
        discussion: """
            The first part of the stream trains a model. From then on every event is predicted by all contenders \
            before it is learned: the live system, a copy of it that never learns, a model that is trained anew every \
            so many hours, the live system without its model ('counts') and without what is said of the items \
            either ('counts-unread'), decayed popularity and decayed co-visitation, each yardstick at its best half-life. \
            Any other model that learns from a stream may compete by its name: it learns and is fused with the counts \
            as the live system is. Texts of a --catalogue are read unless --encoder none is given.

              freshet learn --stream events.tsv
              freshet learn --stream events.jsonl --catalogue items.jsonl --contenders counts,counts-unread
              freshet learn --stream ratings.dat.xz --format movietweetings --contenders live,frozen,retrain \
            --retrain-hours 168
              freshet learn --stream events.jsonl --catalogue items.jsonl --encoder minilm --tune-encoder-hours 168
              freshet learn --stream events.tsv --contenders live,online-matrix-factorization,co-visitation
              freshet learn --stream periods --protocol ader --strategies continual-hybrid,fine-tune-dropout
              freshet learn --simulate-gate --streams 1000

            With --protocol ader the stream is a folder of files period_0.txt, period_1.txt, … of lines 'session item'.
            """
    )

    @Option(help: ArgumentHelp("The events: any format that has times, or a folder of periods.", valueName: "path"))
    var stream: String?

    @Option(name: .customLong("protocol"), help: "How it is learned and measured: prequential or ader.")
    var learnProtocol = LearnProtocol.prequential

    @Option(
        help: "With ader: \(PeriodProtocol.Strategy.allCases.map(\.rawValue).joined(separator: ", ")), between commas."
    )
    var strategies = PeriodProtocol.Strategy.continualHybrid.rawValue

    @Option(help: "With ader: how many cycles to run; all unless given.")
    var cycles: Int?

    @Option(help: "The share of the events that comes before the first one that is measured.")
    var warmUp = 0.2

    @Option(
        help: ArgumentHelp(
            "Learn, but measure only from this time (2010-11-18 or seconds since 1970), and train anew only from then.",
            valueName: "time"
        )
    )
    var measureFrom: TimeArgument?

    @Option(
        help:
            "The live system's model, or with ader the one that learns: \(ModelRegistry.online.map(\.name).joined(separator: ", "))."
    )
    var model = ModelRegistry.flagship.name

    @Option(
        help:
            "Who is compared: live, frozen, retrain, counts, counts-unread, popularity, co-visitation, models, between commas."
    )
    var contenders = "live,frozen,popularity,co-visitation"

    @Option(help: "For the contender retrain: hours of the stream between full trainings.")
    var retrainHours = 24.0

    @Option(help: "The share of the events that is predicted, drawn by the event's number.")
    var share = 1.0

    @Option(help: "How many events are predicted before they are learned together.")
    var microBatch = LearningLoop.Settings().microBatch

    @Option(help: "The bits of the models that predict: none for floats, int8 or int4; what learns keeps floats.")
    var compression = VersionCompression.none

    @Option(help: "The learning rate of micro-updates.")
    var learningRate = OnlineLearning.Settings().learningRate

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Change one setting of the live system's model ('dropout=0.3'), of another that competes "
                + "('online-matrix-factorization.factors=16'), of the loop ('loop.learner.replayShare=2') or of the encoder's tuning "
                + "('encoder.hold=0.1'), or with ader of the protocol ('distillation=1', 'model.dropout=0.3'); may come more than once.",
            valueName: "key=value"
        )
    )
    var settings: [Assignment] = []

    @Flag(help: "Measure the gates on simulated streams instead: false promotions, power, time to roll back.")
    var simulateGate = false

    @Option(help: "With --simulate-gate: how many streams of each kind.")
    var streams = 100

    @Option(
        help: ArgumentHelp(
            "Tune a pretrained --encoder every so many hours of the stream on what users chose one after the other; what comes "
                + "of it must win against what is live. Never unless given.",
            valueName: "hours"
        )
    )
    var tuneEncoderHours = 0.0

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var encoderOptions: EncoderOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard simulateGate != (stream != nil) else { throw ValidationError("Give either --stream or --simulate-gate.") }
        guard warmUp > 0 && warmUp < 1 else {
            throw ValidationError("--warm-up is \(warmUp), but must be within 0 and 1.")
        }
        guard tuneEncoderHours >= 0 && tuneEncoderHours <= 1e6 else {
            throw ValidationError("--tune-encoder-hours is \(tuneEncoderHours), but must be from 0 to a million.")
        }
        guard retrainHours > 0 && retrainHours <= 1e6 else {
            throw ValidationError("--retrain-hours is \(retrainHours), but must be above 0 and at most a million.")
        }
        if let cycles, !(1...100_000).contains(cycles) {
            throw ValidationError("--cycles is \(cycles), but must be in 1...100000.")
        }
        guard (1...100_000).contains(streams) else {
            throw ValidationError("--streams is \(streams), but must be in 1...100000.")
        }
    }

    func execute(_ console: Console) throws {
        if simulateGate {
            let report = GateSimulationReport(streams: streams, seed: common.seed)
            return try console.result(report) { report.words }
        }
        if learnProtocol == .ader {
            let result = try periodRun().execute(console)
            return try console.result(result) { result.text }
        }
        var options = try options()
        let stream = try EventStream(reading.read(stream ?? "", console).dataset)
        let pool = common.makePool()
        if let read = try encoderOptions.read(stream.catalogue, title: "learn", pool: pool, console) {
            (options.content, options.encoder) = (read.content, read.encoder)
        }
        let run = PrequentialRun(
            stream: stream,
            options: options,
            pool: pool,
            seed: common.seed,
            console: console
        )
        let report = try run.run()
        try console.result(report) { report.words }
    }

    /// The changes of the loop's settings, of the encoder's tuning, and of every model's settings by its name.
    private func overrides(of others: [String]) throws -> (
        loop: [String: String], encoder: [String: String], models: [String: [String: String]]
    ) {
        var (loop, encoder, models) = ([String: String](), [String: String](), [String: [String: String]]())
        for (key, value) in try Assignment.dictionary(settings, option: "set") {
            if key.hasPrefix("loop.") {
                loop[String(key.dropFirst(5))] = value
            } else if key.hasPrefix("encoder.") {
                encoder[String(key.dropFirst(8))] = value
            } else if let other = others.first(where: { key.hasPrefix("\($0).") }) {
                models[other, default: [:]][String(key.dropFirst(other.count + 1))] = value
            } else {
                models[model, default: [:]][key] = value
            }
        }
        return (loop, encoder, models)
    }

    private func periodRun() throws -> PeriodRun {
        let changes = try Assignment.dictionary(settings, option: "set")
        let ofModel = "model."
        var settings = try ConfigurationJSON.override(
            PeriodProtocol.Settings(),
            with: changes.filter { !$0.key.hasPrefix(ofModel) },
            owner: "the protocol"
        )
        for (key, value) in changes where key.hasPrefix(ofModel) {
            settings.model[String(key.dropFirst(ofModel.count))] = value
        }
        settings.cycles = cycles ?? 0
        let strategies = try strategies.split(separator: ",").map { name in
            guard let strategy = PeriodProtocol.Strategy(rawValue: String(name)) else {
                throw FreshetError.unknown(
                    "strategy",
                    String(name),
                    known: PeriodProtocol.Strategy.allCases.map(\.rawValue)
                )
            }
            return strategy
        }
        return PeriodRun(
            folder: stream ?? "",
            strategies: strategies,
            model: try ModelRegistry.onlineModel(named: model),
            settings: settings,
            seed: common.seed,
            pool: common.makePool()
        )
    }

    private func options() throws -> PrequentialRun.Options {
        _ = try ModelRegistry.onlineModel(named: model)
        let others = ModelRegistry.online.map(\.name).filter { $0 != model }
        let usual: [Contender] = [.live, .frozen, .retrain, .counts, .countsUnread, .popularity, .coVisitation]
        let known = usual.map(\.rawValue) + others
        let names = contenders.split(separator: ",").map(String.init)
        for name in names where !known.contains(name) {
            throw FreshetError.unknown("contender", name, known: known)
        }
        let (ofLoop, ofEncoder, overrides) = try overrides(of: others)
        var loop = LearningLoop.Settings()
        loop.evaluationShare = share
        loop.microBatch = microBatch
        loop.compression = compression
        loop.learner.learningRate = learningRate
        // Full trainings are a contender of their own here, and the only ones.
        loop.publication.firstTrainingEvents = 1_000_000_000_000
        (loop.publication.retrainInterval, loop.publication.retrainGrowth) = (0, 0)
        loop.publication.retrainsOnDrift = false
        loop = try ConfigurationJSON.override(loop, with: ofLoop, owner: "the learning loop")
        try loop.validate()
        var options = PrequentialRun.Options(
            warmUp: warmUp,
            measureFrom: measureFrom?.seconds,
            contenders: Set(names.map { Contender(rawValue: $0) }),
            retrainHours: retrainHours,
            model: model,
            rivals: others.filter(names.contains),
            overrides: overrides,
            settings: loop
        )
        options.encoderHours = tuneEncoderHours
        options.encoderTuning = try ConfigurationJSON.override(
            options.encoderTuning,
            with: ofEncoder,
            owner: "the encoder's tuning"
        )
        try options.encoderTuning.validate()
        return options
    }
}

extension VersionCompression: ExpressibleByArgument {}

import Foundation
import FreshetCore
import FreshetData
import FreshetTensor

/// The chance of a yes from the features of a row, every pair of which counts: a factorization machine.
///
/// The log odds are `b + Σ w_i x_i + Σ_{i<j} ⟨v_i, v_j⟩ x_i x_j`, a vector `v_i` of a few factors for every feature, so
/// that a pair that was never seen together is worth what its halves say (Rendle, "Factorization machines", ICDM 2010). The
/// field-aware kind has a vector of each feature for every field that it meets, `⟨v_{i,f_j}, v_{j,f_i}⟩` (Juan, Zhuang, Chin
/// and Lin, "Field-aware factorization machines for CTR prediction", RecSys 2016).
///
/// Both learn row by row, each a step of AdaGrad (Duchi, Hazan and Singer, 2011) against the log loss. Departs from the
/// papers in that the decay of a vector is part of its gradient, so that it is felt only where the feature is. One thread:
/// the same seed gives the same weights.
public struct FactorizationMachine: Sendable {
    /// What pairs have vectors.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// One vector a feature.
        case plain
        /// One a feature and field.
        case fieldAware = "field-aware"
    }

    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// What pairs have vectors.
        public var kind = Kind.plain
        /// The length of a vector.
        public var factors = 64
        /// How many times the rows are gone through at most: the first time in their order, then shuffled.
        public var epochs = 10
        /// After how many epochs without a lower validation loss it ends; the best weights stay.
        public var patience = 1
        /// The length of a step.
        public var learningRate = 0.1
        /// How strongly the vectors of a row's features are pulled to zero.
        public var regularization = 0.001
        /// The standard deviation of the vectors' first numbers.
        public var deviation = 0.01
        /// Rows with more features than this are refused: each has a vector, seen or not.
        public var maximumFeatures = 10_000_000

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("factors", factors, in: 1...1024)
            try SettingRange.check("epochs", epochs, in: 1...10_000)
            try SettingRange.check("patience", patience, in: 1...10_000)
            try SettingRange.check("learningRate", learningRate, in: 1e-6...10)
            try SettingRange.check("regularization", regularization, in: 0...100)
            try SettingRange.check("deviation", deviation, in: 0...1)
            try SettingRange.check("maximumFeatures", maximumFeatures, in: 1...1 << 30)
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "factorization-machine"
    /// One line for `--help`.
    public static let summary = "the chance of a yes from pairs of features; of rows, with --format csv or libfm"

    /// `online` goes through the rows once, in their order; `field-aware` has a vector for every field.
    public static var presets: [String: Configuration] {
        var online = Configuration()
        (online.epochs, online.learningRate, online.regularization) = (1, 0.2, 0)
        var fieldAware = Configuration()
        (fieldAware.kind, fieldAware.factors) = (.fieldAware, 16)
        return ["online": online, "field-aware": fieldAware]
    }

    /// The settings of a preset, the defaults without one, some changed.
    ///
    /// - Parameters:
    ///   - preset: the settings to start from.
    ///   - overrides: settings to change, by their path.
    /// - Returns: the settings, checked.
    /// - Throws: ``FreshetError`` of kind `usage` for an unknown preset or setting, or a value that does not fit.
    public static func configuration(
        preset: String? = nil,
        overrides: [String: String] = [:]
    ) throws -> Configuration {
        let base = preset.map { presets[$0] } ?? Configuration()
        guard let base else { throw FreshetError.unknown("preset of \(name)", preset ?? "", known: presets.keys) }
        let configuration = try ConfigurationJSON.override(base, with: overrides, owner: name)
        try configuration.validate()
        return configuration
    }

    /// The settings it was created with.
    public let configuration: Configuration
    /// What was learned; what was best on the validation rows, where there are some.
    public private(set) var weights: FactorizationWeights
    /// How the training went, by name.
    public private(set) var figures: [String: Double] = [:]

    /// Creates an untrained machine.
    public init(configuration: Configuration) {
        self.configuration = configuration
        weights = FactorizationWeights(configuration, featureCount: 0, fieldCount: 0, seed: 1)
    }

    /// Every field that a field-aware machine knows is a vector more in every feature.
    private func checkSize(of rows: LabelledRows) throws {
        var plain = configuration
        plain.kind = .plain
        let most = configuration.maximumFeatures * FactorizationShape(plain, fieldCount: 1).stride
        let stride = FactorizationShape(configuration, fieldCount: rows.fieldCount).stride
        guard stride <= most / max(rows.featureCount, 1) else {
            throw FreshetError(
                .usage,
                "\(rows.featureCount) features with a vector for each of \(rows.fieldCount) fields are more numbers "
                    + "than \(Self.name) is set to take.",
                remedy: "Name the fields (field:feature:value; otherwise each place in a row is one), set kind=plain "
                    + "or fewer factors, or raise maximumFeatures if the memory is there."
            )
        }
    }

    /// Learns from rows.
    ///
    /// - Parameters:
    ///   - rows: what to learn from.
    ///   - validation: other rows, which say when to end; every epoch is made without any.
    ///   - session: seed, progress and whether to stop.
    /// - Throws: ``FreshetError`` when the rows do not suit the model or the session was cancelled.
    public mutating func fit(_ rows: LabelledRows, validation: LabelledRows? = nil, session: TrainingSession) throws {
        guard rows.featureCount <= configuration.maximumFeatures else {
            throw FreshetError(
                .usage,
                "The rows have \(rows.featureCount) features, and \(Self.name) is set to take "
                    + "\(configuration.maximumFeatures).",
                remedy: "Number the features without gaps, or set maximumFeatures if the memory is there."
            )
        }
        try checkSize(of: rows)
        var current = FactorizationWeights(
            configuration,
            featureCount: rows.featureCount,
            fieldCount: rows.fieldCount,
            seed: session.seed
        )
        try validation.map(current.check)
        weights = current
        var random = RandomSource.stream(seed: session.seed, 0xFAC7)
        var order = Array(0..<rows.count)
        var (best, lowest) = (0, Double.infinity)
        var (learned, seconds) = (0, 0.0)
        for epoch in 1...configuration.epochs {
            if epoch > 1 { order.shuffle(using: &random) }
            let start = ContinuousClock.now
            let loss = try current.learn(rows, order, configuration) { done in
                try session.checkCancellation()
                session.report(
                    TrainingProgress(
                        phase: "epoch \(epoch)",
                        completed: (epoch - 1) * rows.count + done,
                        total: configuration.epochs * rows.count
                    )
                )
            }
            var record = EpochRecord(epoch: epoch, loss: loss, seconds: start.duration(to: .now) / .seconds(1))
            learned += rows.count
            seconds += record.seconds
            let report = validation.map { LabelledReport(of: current, on: $0) }
            record.validation = report.map { -$0.logLoss }
            session.report(
                TrainingProgress(
                    phase: "epoch \(epoch)",
                    completed: epoch * rows.count,
                    total: configuration.epochs * rows.count,
                    loss: loss,
                    validation: record.validation,
                    finishedEpoch: record
                )
            )
            guard current.areFinite else {
                throw FreshetError(
                    .usage,
                    "The training of \(Self.name) did not stay finite.",
                    remedy: "Use a smaller learningRate, or bring the values of the features near 1."
                )
            }
            if let report {
                guard report.logLoss < lowest else {
                    if epoch - best >= configuration.patience { break }
                    continue
                }
                (best, lowest) = (epoch, report.logLoss)
                (figures["validation auc"], figures["validation log loss"]) = (report.auc, report.logLoss)
            }
            weights = current
        }
        figures["rows per second"] = Double(learned) / max(seconds, 1e-9)
    }
}

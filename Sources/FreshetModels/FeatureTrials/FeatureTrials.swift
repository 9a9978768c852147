import FreshetCore
import FreshetData
import FreshetTensor

/// Tries which features of a log and its catalogue tell what users choose.
///
/// A choice is a liking against an item that the user did not choose (``FeatureTrialReport``). A small factorization machine learns from
/// user and item, and again from these and one feature; what that gains on later choices is its worth. It is held against the
/// same feature with its values shuffled among those who have them, users, items or moments, since a machine with more
/// numbers can do better by chance alone, or by learning items faster.
public struct FeatureTrials: Sendable {
    /// How many choices are made of the log at most, its newest.
    public var choices = 20_000
    /// How often each feature is shuffled.
    public var shuffles = 5
    /// The share of the choices, the newest, that features are judged on.
    public var testShare = 0.2
    /// The least gain that is worth a column, as a share of the log loss.
    public var leastGain = 0.001

    /// Few choices say nothing of features.
    private static let fewestChoices = 100
    /// How many deviations of the shuffled a gain stands above them: one in forty would by chance, with five of them.
    private static let deviations = 3.0

    /// The defaults.
    public init() {}

    /// Tries all features of a data set.
    ///
    /// - Parameters:
    ///   - dataset: the log with its catalogue.
    ///   - session: seed, progress and whether to stop.
    /// - Returns: the features, those that gain most first.
    /// - Throws: ``FreshetError`` for a log without times or with too few choices, or when stopped.
    public func run(on dataset: Dataset, session: TrainingSession) throws -> FeatureTrialReport {
        guard !dataset.histories.times.isEmpty else {
            throw FreshetError(
                .usage,
                "The log has no times, and what was known at a choice cannot be told.",
                remedy: "Give a log with times; --columns time=NAME names their column."
            )
        }
        var random = RandomSource.stream(seed: session.seed, 0xFEA7)
        let table = ChoiceTable(dataset, limit: choices, random: &random)
        let trial = Trial(table, trainingRows: table.count - 2 * Int(Double(table.count / 2) * testShare), session)
        guard table.count / 2 >= Self.fewestChoices else {
            throw FreshetError(
                .invalidData,
                "The log has \(table.count / 2) choices of items that were known before, too few to say what tells them.",
                remedy: "Give one of at least \(Self.fewestChoices)."
            )
        }
        let base = try trial.logLoss(with: nil)
        var tried: [TriedFeature] = []
        for (done, feature) in table.features.enumerated() {
            try session.checkCancellation()
            session.report(
                TrainingProgress(phase: feature.column.name, completed: done, total: table.features.count)
            )
            tried.append(try judge(feature, by: trial, base: base, &random))
        }
        return FeatureTrialReport(
            choices: table.count / 2,
            testChoices: (table.count - trial.trainingRows) / 2,
            logLoss: base,
            features: tried.sorted { $0.rank > $1.rank }
        )
    }

    private func judge(
        _ feature: ChoiceTable.Feature,
        by trial: Trial,
        base: Double,
        _ random: inout RandomSource
    ) throws -> TriedFeature {
        var tried = TriedFeature(of: feature.column)
        guard !feature.isName else {
            tried.fault = "most have a value of their own"
            return tried
        }
        do throws(FeatureColumn.Fault) {
            tried.kind = try FeatureColumn(learning: trial.training(feature.column)).kind
        } catch {
            tried.fault = error.rawValue
            return tried
        }
        let logLoss = try trial.logLoss(with: feature.column)
        let owners = trial.table.owners(feature.owner)
        let shuffled = try (0..<shuffles).map { _ in
            try trial.logLoss(with: Self.shuffled(feature.column, among: owners, &random))
        }
        let mean = shuffled.reduce(0, +) / Double(shuffles)
        let squares = shuffled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / Double(max(1, shuffles - 1))).squareRoot()
        let gain = mean - logLoss
        (tried.gain, tried.deviation) = (gain, deviation)
        tried.isProposed = gain > Self.deviations * deviation && gain > leastGain * base && logLoss < base
        return tried
    }

    /// A column whose owners have each other's values.
    private static func shuffled(
        _ column: CodedTable.Column,
        among owners: [Int],
        _ random: inout RandomSource
    ) -> CodedTable.Column {
        var codes = [Int32](repeating: -1, count: (owners.max() ?? -1) + 1)
        for (row, owner) in owners.enumerated() { codes[owner] = column.codes[row] }
        codes.shuffle(using: &random)
        var shuffled = column
        shuffled.codes = owners.map { codes[$0] }
        return shuffled
    }
}

/// Learns from the older rows of a table, and judges on the newer ones.
private struct Trial {
    let table: ChoiceTable
    let trainingRows: Int
    private let session: TrainingSession
    private let configuration: FactorizationMachine.Configuration

    init(_ table: ChoiceTable, trainingRows: Int, _ session: TrainingSession) {
        (self.table, self.trainingRows) = (table, trainingRows)
        var (quiet, configuration) = (session, FactorizationMachine.Configuration())
        quiet.report = { _ in }
        self.session = quiet
        (configuration.factors, configuration.epochs) = (8, 4)
        self.configuration = configuration
    }

    /// The older rows of a column.
    func training(_ column: CodedTable.Column) -> CodedTable.Column {
        var training = column
        training.codes = Array(column.codes.prefix(trainingRows))
        return training
    }

    /// The mean log loss of the newer rows by user, item and a further column.
    func logLoss(with column: CodedTable.Column?) throws -> Double {
        let columns = table.known + (column.map { [$0] } ?? [])
        var choices = FeatureColumns.Choices()
        choices.label = table.known[0].name
        let learned = try FeatureColumns.learn(
            from: CodedTable(source: "the choices", columns: columns.map(training)),
            choices
        )
        let rows = try learned.columns.rows(of: CodedTable(source: "the choices", columns: columns))
        var machine = FactorizationMachine(configuration: configuration)
        try machine.fit(rows.selecting(0..<trainingRows), session: session)
        return LabelledReport(of: machine.weights, on: rows.selecting(trainingRows..<rows.count)).logLoss
    }
}

import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import Synchronization
import Testing

@testable import FreshetModels

@Suite struct FactorizationMachineTests {
    private typealias Kind = FactorizationMachine.Kind

    private static let featureCount = 9
    private static let fieldCount = 3

    private static func configuration(_ kind: Kind, factors: Int) -> FactorizationMachine.Configuration {
        var configuration = FactorizationMachine.Configuration()
        (configuration.kind, configuration.factors, configuration.deviation) = (kind, factors, 0.5)
        return configuration
    }

    /// Rows of up to three of nine features with values other than 1, one of them without any.
    private static let rows: LabelledRows = {
        var random = RandomSource(seed: 3)
        var rows = LabelledRows(featureCount: featureCount)
        for row in 0..<20 {
            let entries = (0..<(row % 4)).map { field in
                (field: Int32(field), feature: Int32(3 * field + random.below(3)), value: random.normal())
            }
            rows.append(random.below(2) == 1, entries)
        }
        return rows
    }()

    /// The numbers of some weights, in Double, and the log odds by two plain loops.
    private struct Plain {
        let shape: FactorizationShape
        var table: [Double]
        let bias: Double

        init(_ weights: FactorizationWeights, _ shape: FactorizationShape) throws {
            let checkpoint = weights.checkpoint()
            self.shape = shape
            table = try checkpoint.numbers("table", of: Float.self, shape: [nil, shape.stride]).map(Double.init)
            bias = Double(try checkpoint.numbers("bias", of: Float.self, shape: [1])[0])
        }

        /// The place of a feature's own weight.
        func weight(of feature: Int) -> Int {
            feature * shape.stride + (shape.kind == .plain ? shape.factors : shape.stride - 1)
        }

        func output(of rows: LabelledRows, _ row: Int) -> Double {
            let range = rows.features.offsets[row]..<rows.features.offsets[row + 1]
            let x = rows.features.values.map(Double.init)
            let feature = rows.features.columns.map(Int.init)
            var output = bias
            for i in range {
                output += x[i] * table[weight(of: feature[i])]
                for j in range where j > i {
                    let isPlain = shape.kind == .plain
                    let left = feature[i] * shape.stride + (isPlain ? 0 : Int(rows.fields[j]) * shape.factors)
                    let right = feature[j] * shape.stride + (isPlain ? 0 : Int(rows.fields[i]) * shape.factors)
                    for k in 0..<shape.factors { output += x[i] * x[j] * table[left + k] * table[right + k] }
                }
            }
            return output
        }
    }

    private static let shapes = [(Kind.plain, 1), (.plain, 7), (.plain, 64), (.fieldAware, 1), (.fieldAware, 5)]

    @Test(arguments: shapes)
    func outputsAreThoseOfAPlainLoop(kind: FactorizationMachine.Kind, factors: Int) throws {
        let configuration = Self.configuration(kind, factors: factors)
        let shape = FactorizationShape(configuration, fieldCount: Self.fieldCount)
        var weights = FactorizationWeights(
            configuration,
            featureCount: Self.featureCount,
            fieldCount: Self.fieldCount,
            seed: 4
        )
        _ = try weights.learn(Self.rows, Array(0..<Self.rows.count), configuration)
        let plain = try Plain(weights, shape)
        for (row, output) in weights.outputs(of: Self.rows).enumerated() {
            let expected = plain.output(of: Self.rows, row)
            #expect(abs(Double(output) - expected) < 1e-4 * max(1, abs(expected)))
        }
    }

    /// The first step of AdaGrad against a gradient `g` is its sign times the rate, and leaves `g²` behind.
    @Test(arguments: shapes)
    func stepsAreAgainstTheGradient(kind: FactorizationMachine.Kind, factors: Int) throws {
        var configuration = Self.configuration(kind, factors: factors)
        (configuration.regularization, configuration.learningRate) = (0.3, 0.01)
        let shape = FactorizationShape(configuration, fieldCount: Self.fieldCount)
        let before = FactorizationWeights(
            configuration,
            featureCount: Self.featureCount,
            fieldCount: Self.fieldCount,
            seed: 4
        )
        let row = 7
        var after = before
        _ = try after.learn(Self.rows, [row], configuration)
        let (old, new) = (try Plain(before, shape), try Plain(after, shape))
        let offsets = Self.rows.features.offsets
        let present = Set(Self.rows.features.columns[offsets[row]..<offsets[row + 1]])
        let slope = 1 / (1 + exp(-old.output(of: Self.rows, row))) - Double(Self.rows.labels[row])
        for place in old.table.indices {
            var (up, down) = (old, old)
            up.table[place] += 1e-3
            down.table[place] -= 1e-3
            let derivative = slope * (up.output(of: Self.rows, row) - down.output(of: Self.rows, row)) / 2e-3
            let feature = place / shape.stride
            let isWeight = place == old.weight(of: feature)
            let isVector = place % shape.stride < shape.vectors && !isWeight
            // A vector decays where its feature is, for the field-aware kind where the pair is.
            let decays = isVector && present.contains(Int32(feature)) && (kind == .plain || derivative != 0)
            let gradient = derivative + (decays ? 0.3 * old.table[place] : 0)
            let seen = after.seen[place]
            #expect(abs(Double(seen).squareRoot() - abs(gradient)) < 1e-4 * max(1, abs(gradient)))
            let step = gradient == 0 ? 0 : gradient > 0 ? -0.01 : 0.01
            if abs(gradient) > 1e-4 || gradient == 0 {
                #expect(abs(new.table[place] - old.table[place] - step) < 1e-5, "\(place)")
            }
        }
    }

    /// Labels that only the pair of two features tells: one or the other, not both.
    private static func either(_ count: Int) -> LabelledRows {
        var rows = LabelledRows()
        for row in 0..<count {
            let (a, b) = (row % 2, row / 2 % 2)
            rows.append(
                a != b,
                [(field: 0, feature: Int32(a), value: 1), (field: 1, feature: Int32(2 + b), value: 1)]
            )
        }
        return rows
    }

    @Test(arguments: FactorizationMachine.Kind.allCases)
    func learnsWhatOnlyPairsTell(_ kind: FactorizationMachine.Kind) throws {
        var configuration = FactorizationMachine.Configuration()
        (configuration.kind, configuration.factors, configuration.epochs) = (kind, 4, 20)
        var machine = FactorizationMachine(configuration: configuration)
        let rows = Self.either(64)
        try machine.fit(rows, session: TrainingSession())
        let report = LabelledReport(of: machine.weights, on: rows)
        #expect(report.auc == 1 && report.logLoss < 0.1 && report.accuracy == 1, "\(report)")
    }

    @Test func theSameSeedGivesTheSameWeights() throws {
        func weights(seed: UInt64) throws -> FactorizationWeights {
            var machine = FactorizationMachine(configuration: Self.configuration(.plain, factors: 8))
            try machine.fit(Self.rows, session: TrainingSession(seed: seed))
            return machine.weights
        }
        #expect(try weights(seed: 1) == weights(seed: 1))
        #expect(try weights(seed: 1) != weights(seed: 2))
    }

    @Test func endsWhenTheValidationGetsWorseAndKeepsTheBest() throws {
        var configuration = FactorizationMachine.Configuration()
        (configuration.factors, configuration.epochs) = (4, 40)
        // What holds in the rows is the other way round in the validation, so that learning can only harm it.
        var opposite = LabelledRows()
        for row in 0..<16 {
            let (a, b) = (row % 2, row / 2 % 2)
            opposite.append(
                a == b,
                [(field: 0, feature: Int32(a), value: 1), (field: 1, feature: Int32(2 + b), value: 1)]
            )
        }
        var machine = FactorizationMachine(configuration: configuration)
        let records = Records()
        var session = TrainingSession()
        session.report = { if let record = $0.finishedEpoch { records.add(record) } }
        try machine.fit(Self.either(64), validation: opposite, session: session)
        let losses = records.all.compactMap(\.validation).map { -$0 }
        #expect(losses.count < 40 && losses.count >= 2)
        let kept = LabelledReport(of: machine.weights, on: opposite).logLoss
        #expect(kept == losses.min() && machine.figures["validation log loss"] == kept)
    }

    @Test func aFeatureThatIsNeverThereDoesNoHarm() throws {
        var rows = LabelledRows(featureCount: 6)
        rows.append(true, [(field: 0, feature: 1, value: 1)])
        rows.append(false, [])
        var machine = FactorizationMachine(configuration: Self.configuration(.plain, factors: 4))
        try machine.fit(rows, session: TrainingSession())
        var unseen = LabelledRows()
        unseen.append(true, [(field: 0, feature: 5, value: 1), (field: 1, feature: 1, value: 1)])
        #expect(machine.weights.outputs(of: unseen).allSatisfy { $0.isFinite })
    }

    /// A feature that stands twice in a row is paired with itself by the plain kind, and not by the other, in both directions.
    @Test func aFeatureThatStandsTwiceIsNotItsOwnPair() throws {
        let configuration = Self.configuration(.fieldAware, factors: 4)
        let weights = FactorizationWeights(configuration, featureCount: 9, fieldCount: 3, seed: 4)
        let twice = [(field: Int32(0), feature: Int32(2), value: Float(1)), (field: 0, feature: 2, value: 1)]
        var rows = LabelledRows(featureCount: 9)
        rows.append(true, twice)
        #expect(weights.outputs(of: rows) == [0], "its own weight is still 0, and there is no other pair")
    }

    @Test func refusesWhatItDoesNotKnow() throws {
        var machine = FactorizationMachine(configuration: Self.configuration(.fieldAware, factors: 2))
        try machine.fit(Self.rows, session: TrainingSession())
        for (field, feature, word) in [(0, 9, "feature 9"), (3, 0, "field 3")] {
            var rows = LabelledRows()
            rows.append(true, [(field: Int32(field), feature: Int32(feature), value: Float(1))])
            let error = #expect(throws: FreshetError.self) { try machine.weights.check(rows) }
            #expect(error?.message.contains(word) == true)
        }
        var configuration = Self.configuration(.plain, factors: 2)
        configuration.maximumFeatures = 8
        var small = FactorizationMachine(configuration: configuration)
        #expect(throws: FreshetError.self) { try small.fit(Self.rows, session: TrainingSession()) }
        // Without named fields each place of a long row is one.
        var long = LabelledRows()
        long.append(true, (0..<20_000).map { (field: Int32($0), feature: Int32($0), value: Float(1)) })
        var wide = FactorizationMachine(configuration: Self.configuration(.fieldAware, factors: 16))
        let error = #expect(throws: FreshetError.self) { try wide.fit(long, session: TrainingSession()) }
        #expect(error?.message.contains("20000 fields") == true)
    }

    @Test func presetsAndSettingsAreChecked() throws {
        #expect(try FactorizationMachine.configuration(preset: "online").epochs == 1)
        #expect(try FactorizationMachine.configuration(overrides: ["factors": "3"]).factors == 3)
        let wrong: [(String?, [String: String])] = [("offline", [:]), (nil, ["factors": "0"]), (nil, ["factor": "8"])]
        for (preset, overrides) in wrong {
            let error = #expect(throws: FreshetError.self) {
                try FactorizationMachine.configuration(preset: preset, overrides: overrides)
            }
            #expect(error?.kind == .usage)
        }
    }

    @Test(arguments: FactorizationMachine.Kind.allCases)
    func aSnapshotGivesTheSameOutputs(_ kind: FactorizationMachine.Kind) throws {
        let folder = NSTemporaryDirectory() + "freshet-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var machine = FactorizationMachine(configuration: Self.configuration(kind, factors: 3))
        try machine.fit(Self.rows, session: TrainingSession())
        let summary = DataSummary(of: Self.rows, source: "rows", validationRows: 0)
        let manifest = machine.manifest(preset: nil, summary: summary, epochs: [], seed: 1)
        try FactorizationSnapshot(manifest: manifest, weights: machine.weights).write(to: folder)
        let restored = try FactorizationSnapshot.read(from: folder)
        #expect(restored.weights.outputs(of: Self.rows) == machine.weights.outputs(of: Self.rows))
        #expect(restored.weights.checkpoint() == machine.weights.checkpoint())

        let error = #expect(throws: FreshetError.self) { try Snapshot.read(from: folder) }
        #expect(error?.message.contains("rows of features") == true)

        for name in ["table", "bias", "fields"] {
            var damaged = machine.weights.checkpoint()
            damaged.arrays[name] = nil
            let error = #expect(throws: FreshetError.self) {
                try FactorizationWeights(from: damaged, machine.configuration)
            }
            #expect(error?.kind == .invalidData)
        }
    }
}

extension FactorizationMachineTests {
    @Test func aSnapshotKeepsWhatColumnsBecame() throws {
        let folder = NSTemporaryDirectory() + "freshet-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var columns = ["clicked", "device"].map { CodedTable.Column(name: $0) }
        for row in 0..<8 {
            columns[0].append("\(row % 2)")
            columns[1].append(row % 2 == 0 ? "phone" : "desk")
        }
        let table = CodedTable(source: "rows", columns: columns)
        let learned = try FeatureColumns.learn(from: table).columns
        var machine = FactorizationMachine(configuration: FactorizationMachine.Configuration())
        try machine.fit(learned.rows(of: table), session: TrainingSession())
        let summary = try DataSummary(of: learned.rows(of: table), source: "rows", format: .csv, validationRows: 0)
        let manifest = machine.manifest(preset: nil, summary: summary, epochs: [], seed: 1)
        try FactorizationSnapshot(manifest: manifest, weights: machine.weights, columns: learned).write(to: folder)
        #expect(try FactorizationSnapshot.read(from: folder).columns == learned)
        // Of rows without columns none are left behind.
        let plain = FactorizationSnapshot(manifest: manifest, weights: machine.weights)
        try plain.write(to: folder)
        #expect(try FactorizationSnapshot.read(from: folder).columns == nil)
        #expect(!FileManager.default.fileExists(atPath: folder + "/columns.json"))
    }
}

/// The epochs that were reported.
private final class Records: Sendable {
    private let records = Mutex<[EpochRecord]>([])

    var all: [EpochRecord] { records.withLock { $0 } }

    func add(_ record: EpochRecord) { records.withLock { $0.append(record) } }
}

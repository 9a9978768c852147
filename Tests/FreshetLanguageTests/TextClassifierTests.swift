import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetLanguage

@Suite struct TextClassifierTests {
    private static let pool = ThreadPool(threads: 2)
    /// A text is of the class of its first word; what follows says nothing.
    private static let texts: LabelledTexts = {
        let rest = ["lamp on a table", "of the old house", "and so on", "in green"]
        let starts = [("red", "warm"), ("blue", "cold"), ("grey", "none")]
        let all = starts.flatMap { word, label in (0..<12).map { ("\(word) \(rest[$0 % 4]) \($0)", label) } }
        return LabelledTexts(texts: all.map(\.0), labels: all.map(\.1))
    }()

    private func settings(_ method: TuningMethod, epochs: Int = 60) -> TextTraining.Settings {
        TextTraining.Settings(epochs: epochs, batchSize: 8, learningRate: method == .all ? 0.01 : 0.02, dropout: 0)
    }

    static var adapters: TuningMethod {
        var settings = LowRankSettings()
        settings.rank = 4
        return .lowRank(settings)
    }

    static var adaptive: TuningMethod {
        var settings = AdaptiveRankSettings()
        (settings.rank, settings.initialRank) = (3, 4)
        return .adaptiveLowRank(settings)
    }

    private func train(
        _ method: TuningMethod,
        seed: UInt64 = 1,
        epochs: Int = 60,
        on texts: LabelledTexts = Self.texts,
        changing change: (inout TextTraining.Settings) -> Void = { _ in }
    ) throws -> (classifier: TextClassifier, base: TextEncoder, outcome: TextTraining.Outcome) {
        let base = try Fixture.encoder(width: 16)
        var settings = settings(method, epochs: epochs)
        change(&settings)
        let (classifier, outcome) = try TextClassifier.train(
            on: texts,
            reading: .model(base),
            tuning: method,
            TextTraining(settings, seed: seed, pool: Self.pool)
        )
        return (classifier, base, outcome)
    }

    /// Whatever learns, it can learn a few texts by heart.
    @Test(arguments: [TuningMethod.all, .last(layers: 1), adapters, adaptive, .bottleneck(width: 4)])
    func learnsByHeart(
        method: TuningMethod
    ) throws {
        let (classifier, _, outcome) = try train(method)
        let report = try classifier.report(on: Self.texts, pool: Self.pool)
        #expect(report.accuracy >= 0.95, "\(report.accuracy), loss \(outcome.losses.last ?? 0)")
        #expect(outcome.losses.count == 60 && outcome.losses[59] < 0.5 * outcome.losses[0])
        #expect(outcome.cost > 0 && outcome.seconds > 0)
    }

    /// A logistic regression on light vectors, which need no model.
    @Test func theLightEncoderTellsClassesApart() throws {
        let (training, heldOut) = Self.texts.split(holdingOut: 0.25, seed: 1)
        let (classifier, _) = try TextClassifier.train(
            on: training,
            reading: .light,
            tuning: .none,
            TextTraining(TextTraining.Settings(for: .none), seed: 1, pool: Self.pool)
        )
        #expect(classifier.classes == ["cold", "none", "warm"] && heldOut.texts.count == 9)
        #expect(try classifier.report(on: heldOut, pool: Self.pool).accuracy == 1)
        let sure = classifier.prediction(of: "a red chair", on: Self.pool)
        #expect(sure[0].name == "warm" && abs(sure.reduce(0) { $0 + $1.probability } - 1) < 1e-5)
        // Of what it never saw it knows nothing.
        #expect(classifier.prediction(of: "", on: Self.pool)[0].probability < 0.6)
        let huge = String(repeating: "red ", count: 2_500_000)
        #expect(classifier.prediction(of: huge, on: Self.pool)[0].probability.isFinite)
    }

    @Test func theSeedDecides() throws {
        let probabilities = { (seed: UInt64) in
            try train(Self.adapters, seed: seed, epochs: 3).classifier.probabilities(
                of: Self.texts.texts,
                on: Self.pool
            )
        }
        let first = try probabilities(1)
        #expect(try probabilities(1) == first)
        #expect(try probabilities(2) != first)
    }

    /// Only what learns is changed: the rest of the encoder is the base's, bit for bit.
    @Test func whatDoesNotLearnStays() throws {
        let (classifier, base, _) = try train(.last(layers: 1), epochs: 2)
        let tuned = try #require(classifier.encoder as? TextEncoder)
        for (mine, theirs) in zip(tuned.model.parameters.parameters, base.model.parameters.parameters) {
            let isSame = Array(mine.values) == Array(theirs.values)
            #expect(isSame != mine.name.hasPrefix("layers.1"), "\(mine.name)")
        }
    }

    /// A batch of many passes is learned as one step: the sum of its gradients, whatever fits into a pass.
    @Test func largeBatchesAreAccumulated() throws {
        let long = LabelledTexts(
            texts: (0..<120).map { "\($0 % 2 == 0 ? "red" : "blue") a b c d e f g h i j k l m n o p \($0)" },
            labels: (0..<120).map { $0 % 2 == 0 ? "warm" : "cold" }
        )
        let base = try Fixture.encoder(width: 16)
        let losses = try [1, 2].map { threads in
            var settings = settings(.all, epochs: 4)
            settings.batchSize = 120
            let training = TextTraining(settings, seed: 1, pool: ThreadPool(threads: threads))
            return try TextClassifier.train(on: long, reading: .model(base), tuning: .all, training).outcome.losses
        }
        for (a, b) in zip(losses[0], losses[1]) { #expect(abs(a - b) < 1e-3 * a) }
    }

    /// Layers that are computed again on the way back teach the same to the last bit.
    @Test(arguments: [TuningMethod.all, .last(layers: 1), adapters]) func recomputingChangesNothing(
        method: TuningMethod
    )
        throws
    {
        let (kept, _, _) = try train(method, epochs: 3)
        let (again, _, _) = try train(method, epochs: 3) { $0.recomputes = true }
        let probabilities = kept.probabilities(of: Self.texts.texts, on: Self.pool)
        #expect(again.probabilities(of: Self.texts.texts, on: Self.pool) == probabilities)
    }

    /// Against moved vectors it learns something else, by heart all the same, and the same every time.
    @Test(arguments: [AdversarialSettings.fgm(epsilon: 0.05), .pgd(epsilon: 0.05, steps: 2)])
    func learnsAgainstAnAdversary(adversary: AdversarialSettings) throws {
        for method in [TuningMethod.all, Self.adapters, .last(layers: 1)] {
            let (plain, _, _) = try train(method, epochs: 3)
            let (first, _, _) = try train(method, epochs: 3) { $0.adversary = adversary }
            let (second, _, _) = try train(method, epochs: 3) { $0.adversary = adversary }
            let texts = Self.texts.texts
            let probabilities = first.probabilities(of: texts, on: Self.pool)
            #expect(second.probabilities(of: texts, on: Self.pool) == probabilities)
            #expect(plain.probabilities(of: texts, on: Self.pool) != probabilities)
        }
        let (classifier, _, _) = try train(.all) { $0.adversary = adversary }
        #expect(try classifier.report(on: Self.texts, pool: Self.pool).accuracy >= 0.95)
        let error = #expect(throws: FreshetError.self) {
            try train(.all, epochs: 1) { $0.adversary = .fgm(epsilon: -1) }
        }
        #expect(error?.kind == .usage)
    }

    /// The ranks that are left are as many as were asked for, and only those count.
    @Test func ranksAreSharedOut() throws {
        let (classifier, _, outcome) = try train(Self.adaptive, epochs: 20)
        #expect(outcome.ranks.count == 12 && outcome.ranks.values.reduce(0, +) == 36)
        #expect(Set(outcome.ranks.values).count > 1, "\(outcome.ranks)")
        for (name, rank) in outcome.ranks {
            let values = try #require(classifier.learned.arrays["\(name).values"]?.floats())
            #expect(values.count { $0 != 0 } == rank, "\(name)")
        }
        #expect(try train(Self.adaptive, epochs: 20).outcome.ranks == outcome.ranks)
    }

    @Test func canBeStopped() throws {
        var training = TextTraining(settings(.all), seed: 1, pool: Self.pool)
        training.isCancelled = { true }
        let error = #expect(throws: FreshetError.self) {
            try TextClassifier.train(on: Self.texts, reading: .light, tuning: .none, training)
        }
        #expect(error?.kind == .cancelled)
    }

    // MARK: On disk

    @Test(arguments: [
        TuningMethod.all, .last(layers: 1), adapters, adaptive, .bottleneck(width: 4), .prompt(tokens: 4), .none,
    ])
    func comesBackFromItsFolder(method: TuningMethod) throws {
        let folder = try TemporaryFolder()
        let (classifier, base, _) = try train(method, epochs: 2)
        try classifier.write(to: folder.path("out"), model: ("base", base))
        let restored = try TextClassifier(folder: folder.path("out")) { name in
            #expect(name == "base")
            return base
        }
        #expect(restored.classes == classifier.classes && restored.method == method)
        let probabilities = classifier.probabilities(of: Self.texts.texts, on: Self.pool)
        #expect(restored.probabilities(of: Self.texts.texts, on: Self.pool) == probabilities)
        let file = try Checkpoint.read(from: folder.path("out/classifier.safetensors"))
        if method == Self.adapters {
            #expect(
                file.arrays.keys.allSatisfy { $0.hasPrefix("head.") || $0.hasSuffix(".down") || $0.hasSuffix(".up") }
            )
        }
        if method == .none { #expect(Set(file.arrays.keys) == ["head.weights", "head.biases"]) }
    }

    @Test func theLightOneNeedsNoModel() throws {
        let folder = try TemporaryFolder()
        let (classifier, _) = try TextClassifier.train(
            on: Self.texts,
            reading: .light,
            tuning: .none,
            TextTraining(settings(.none, epochs: 2), seed: 1, pool: Self.pool)
        )
        try classifier.write(to: folder.path, model: nil)
        let restored = try TextClassifier(folder: folder.path) { _ in
            throw FreshetError(.usage, "no model is asked for")
        }
        let texts = Self.texts.texts
        #expect(restored.probabilities(of: texts, on: Self.pool) == classifier.probabilities(of: texts, on: Self.pool))
    }

    @Test func refusesAnotherModelAndDamage() throws {
        let folder = try TemporaryFolder()
        let (classifier, base, _) = try train(Self.adapters, epochs: 1)
        try classifier.write(to: folder.path, model: ("base", base))
        let other = try Fixture.encoder(width: 16, seed: 6)
        let error = #expect(throws: FreshetError.self) { try TextClassifier(folder: folder.path) { _ in other } }
        #expect(error?.kind == .invalidData && error?.message.contains("another model") == true)
        let path = folder.path("classifier.safetensors")
        var checkpoint = try Checkpoint.read(from: path)
        checkpoint.arrays["layers.0.query.up"] = nil
        try checkpoint.write(to: path)
        let lacking = #expect(throws: FreshetError.self) { try TextClassifier(folder: folder.path) { _ in base } }
        #expect(lacking?.message.contains("layers.0.query.up") == true)
        try Checkpoint(metadata: ["classifier": "{}"]).write(to: path)
        #expect(throws: FreshetError.self) { try TextClassifier(folder: folder.path) { _ in base } }
    }

    // MARK: Bad input

    @Test func refusesOneClassAndNoClasses() throws {
        let training = TextTraining(settings(.none), seed: 1, pool: Self.pool)
        let one = LabelledTexts(texts: ["a", "b"], labels: ["x", "x"])
        let each = LabelledTexts(texts: (0..<40).map { "text \($0)" }, labels: (0..<40).map { "label \($0)" })
        for texts in [one, each] {
            let error = #expect(throws: FreshetError.self) {
                try TextClassifier.train(on: texts, reading: .light, tuning: .none, training)
            }
            #expect(error?.kind == .invalidData && error?.remedy?.contains("--label-column") == true)
        }
        let tuned = #expect(throws: FreshetError.self) {
            try TextClassifier.train(on: Self.texts, reading: .light, tuning: .all, training)
        }
        #expect(tuned?.kind == .usage)
    }

    @Test func saysWhichLabelItDoesNotKnow() throws {
        let (classifier, _, _) = try train(.none, epochs: 1)
        let error = #expect(throws: FreshetError.self) {
            try classifier.report(on: LabelledTexts(texts: ["a"], labels: ["lukewarm"]), pool: Self.pool)
        }
        #expect(error?.message.contains("lukewarm") == true)
    }
}

@Suite struct LabelledTextsTests {
    private func read(_ table: String, text: String? = nil, label: String? = nil, name: String = "t.csv") throws
        -> (texts: LabelledTexts, leftOut: String?)
    {
        let folder = try TemporaryFolder()
        try folder.write(table, to: name)
        return try LabelledTexts.read(folder.path(name), text: text, label: label)
    }

    private let expected = LabelledTexts(texts: ["one, two", "three"], labels: ["a", "b"])

    @Test(arguments: [
        "text,category\n\"one, two\",a\nthree,b\n", "Class;Question\na;one, two\nb;three\n", "one, two\ta\nthree\tb\n",
        "{\"label\":\"a\",\"text\":\"one, two\"}\n{\"label\":\"b\",\"text\":\"three\"}\n",
        "sentence\tsentiment\n one, two \ta\nthree\tb \n",
    ]) func readsTables(table: String) throws {
        let (texts, leftOut) = try read(table)
        #expect(texts == expected && leftOut == nil)
    }

    @Test func columnsCanBeNamed() throws {
        let table = "id,body,mood,text\n1,\"one, two\",a,x\n2,three,b,y\n"
        #expect(try read(table, text: "body", label: "mood").texts == expected)
        let error = #expect(throws: FreshetError.self) { try read(table, text: "nothing", label: "mood") }
        #expect(error?.kind == .usage && error?.message.contains("nothing") == true)
        #expect(error?.remedy?.contains("mood") == true)
    }

    @Test func saysWhatIsLeftOut() throws {
        let (texts, leftOut) = try read("text,category\n\"one, two\",a\n,b\nx,\nthree,b\nonly\n")
        #expect(texts == expected)
        #expect(leftOut == "left out: 2 rows without a text or a label, 1 malformed lines")
        let error = #expect(throws: FreshetError.self) { try read("text,label\n,a\n,b\n") }
        #expect(error?.kind == .invalidData)
    }

    /// Every class keeps its share, and one text at least to learn from.
    @Test func holdsOutOfEveryClass() {
        let labels = Array(repeating: "a", count: 40) + Array(repeating: "b", count: 10) + ["c"]
        let texts = LabelledTexts(texts: labels.indices.map { "text \($0)" }, labels: labels)
        let (training, heldOut) = texts.split(holdingOut: 0.2, seed: 3)
        let count = { (texts: LabelledTexts, label: String) in texts.labels.count { $0 == label } }
        #expect(count(heldOut, "a") == 8 && count(heldOut, "b") == 2 && count(heldOut, "c") == 0)
        #expect(Set(training.texts).isDisjoint(with: heldOut.texts))
        #expect(training.texts.count + heldOut.texts.count == texts.texts.count)
        #expect(texts.split(holdingOut: 0.2, seed: 3).heldOut == heldOut)
        #expect(texts.split(holdingOut: 0.2, seed: 4).heldOut != heldOut)
        #expect(texts.split(holdingOut: 0.9999, seed: 3).training.classes == ["a", "b", "c"])
    }
}

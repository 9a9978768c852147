import Foundation
import FreshetEvaluation
import FreshetExperiments
import FreshetLearning
import FreshetTensor
import Testing

/// The gates on streams of which the truth is known.
@Suite("Gates")
struct GateTests {
    @Test func theMarginIsGivenAwayOnlyToAFirstVersion() {
        var (first, later) = (PromotionGate(standard: .notWorse), PromotionGate())
        for _ in 0..<4_000 {
            first.add(candidate: 0.49, live: 0.5)
            later.add(candidate: 0.49, live: 0.5)
        }
        #expect(first.verdict == .notWorse)
        #expect(later.verdict == .worse)
        #expect(first.figures["margin"].map { abs($0 - 0.025) < 1e-12 } == true)
        // What is shown is the difference itself.
        #expect(first.figures["difference"].map { abs($0 + 0.01) < 1e-12 } == true)
    }

    @Test func settlesOnWhatItSawWhenThereIsNoMore() {
        func gate(_ count: Int, _ candidate: Double, _ standard: PromotionGate.Standard) -> PromotionGate {
            var gate = PromotionGate(standard: standard)
            for place in 0..<count {
                // Differences of either sign, whose mean is that of the two figures.
                let sign = place % 2 == 0 ? 0.4 : -0.4
                gate.add(candidate: candidate + sign, live: 0.5)
            }
            gate.settle()
            return gate
        }
        #expect(gate(300, 0.49, .notWorse).verdict == .notWorse)
        #expect(gate(299, 0.49, .notWorse).verdict == .waiting)
        #expect(gate(300, 0.46, .notWorse).verdict == .waiting)
        #expect(gate(300, 0.49, .better).verdict == .waiting)
    }

    @Test func simulationIsWhatItSays() {
        for effect in [0, -0.05, 0.05] {
            var simulation = GateSimulation(effect: effect, hitRate: 0.3, agreement: 0.8, seed: 6, stream: 0)
            let pairs = (0..<100_000).map { _ in simulation.next() }
            let first = pairs.reduce(0) { $0 + $1.first } / 1e5
            let second = pairs.reduce(0) { $0 + $1.second } / 1e5
            #expect(abs(first - simulation.mean) < 0.004)
            #expect(abs(second - first * (1 + effect)) < 0.003)
        }
    }

    /// A gate that looks at a plain 95% interval after every event would promote many equals.
    @Test func peekingAtAFixedIntervalWouldPromoteEquals() {
        var promoted = 0
        for stream in 0..<100 {
            var simulation = GateSimulation(effect: 0, seed: 1, stream: stream)
            var sequence = ConfidenceSequence()
            for _ in 0..<5_000 {
                let (live, candidate) = simulation.next()
                sequence.add(candidate - live)
                let error = sequence.standardDeviation / Double(sequence.count).squareRoot()
                if sequence.count >= 200 && sequence.mean > 1.645 * error {
                    promoted += 1
                    break
                }
            }
        }
        #expect(promoted > 15)
    }

    @Test func horizonEndsTheWait() {
        var settings = PromotionGate.Settings()
        settings.horizon = 1_100
        var gate = PromotionGate(settings: settings)
        for _ in 0..<1_099 { #expect(gate.add(candidate: 0.5, live: 0.5) == .waiting) }
        #expect(gate.add(candidate: 0.5, live: 0.5) == .undecided)
        #expect(gate.add(candidate: 1, live: 0) == .undecided)
    }

    @Test func noVerdictBeforeTheLeastEvents() {
        var gate = PromotionGate()
        for _ in 0..<999 { #expect(gate.add(candidate: 1, live: 0) == .waiting) }
        #expect(gate.add(candidate: 1, live: 0) == .better)
    }

    @Test func aSmallGainIsNotWorthAVersion() {
        var settings = PromotionGate.Settings()
        settings.leastGain = 0.5
        var gate = PromotionGate(settings: settings)
        var simulation = GateSimulation(effect: 0, agreement: 0.95, seed: 7, stream: 0)
        while gate.verdict == .waiting {
            let (live, candidate) = simulation.next()
            gate.add(candidate: candidate, live: live)
        }
        #expect(gate.verdict == .worse)
        #expect(gate.evidence.count < 10_000)
    }

    private static func preference(_ wins: Int, of answers: Int) throws -> PreferenceEvidence {
        var test = InterleavingTest(optimum: 200)
        for answer in 0..<answers { test.add(credits: answer < wins ? [0, 1] : [1, 0], user: "u\(answer)") }
        return try #require(PreferenceEvidence(test))
    }

    private static func askingUsers(_ change: (inout PromotionGate.Settings) -> Void = { _ in }) -> PromotionGate {
        var settings = PromotionGate.Settings()
        settings.interleaving.share = 0.1
        change(&settings)
        return PromotionGate(settings: settings)
    }

    @Test func usersMayDecide() throws {
        var gate = Self.askingUsers()
        #expect(gate.take(try Self.preference(150, of: 190)) == .waiting, "too few answers")
        #expect(gate.take(try Self.preference(105, of: 200)) == .waiting)
        #expect(gate.take(try Self.preference(150, of: 200)) == .better)
        #expect(gate.isDecidedByUsers && gate.figures["interleaved_answers"] == 200)
        #expect(gate.reason == "Users preferred the candidate in 200 answers that both versions made together.")
        #expect(gate.take(try Self.preference(20, of: 400)) == .better, "a verdict stays")
        var loser = Self.askingUsers()
        #expect(loser.take(try Self.preference(50, of: 200)) == .worse)
        #expect(loser.reason.hasPrefix("Users preferred the live version"))
        #expect(try roundTrip(loser) == loser)
    }

    /// Unless it is asked for, and for a first version, what users choose is no evidence.
    @Test func usersDecideOnlyWhereTheyAreAsked() throws {
        var off = PromotionGate()
        #expect(off.take(try Self.preference(190, of: 200)) == .waiting && off.preference == nil)
        var settings = PromotionGate.Settings()
        settings.interleaving.share = 1
        var first = PromotionGate(settings: settings, standard: .notWorse)
        #expect(first.take(try Self.preference(190, of: 200)) == .waiting)
    }

    /// Two kinds of evidence have half of the chance of error each: what is just enough for the one alone is not.
    @Test func theChanceOfErrorIsShared() throws {
        var settings = PromotionGate.Settings()
        settings.minimumEvents = 1
        var (alone, shared) = (PromotionGate(settings: settings), Self.askingUsers { $0.minimumEvents = 1 })
        var events = 0
        while alone.verdict == .waiting {
            // Five of nine events are won.
            let (candidate, live) = events % 9 < 5 ? (1.0, 0.0) : (0.0, 1.0)
            alone.add(candidate: candidate, live: live)
            shared.add(candidate: candidate, live: live)
            events += 1
        }
        #expect(alone.verdict == .better && shared.verdict == .waiting)
    }

    /// Candidates that users like as much as the live version, with a look after every answer: few are promoted.
    @Test func equalsAreSeldomPreferred() throws {
        var promoted = 0
        for stream in 0..<200 {
            var random = RandomSource.stream(seed: 12, UInt64(stream))
            var test = InterleavingTest(alpha: 0.02)
            var gate = Self.askingUsers { $0.interleaving.minimumAnswers = 50 }
            for answer in 0..<1_500 where gate.verdict == .waiting {
                test.add(credits: random.uniform() < 0.5 ? [0, 1] : [1, 0], user: "u\(answer)")
                if let preference = PreferenceEvidence(test) { gate.take(preference) }
            }
            if gate.verdict == .better { promoted += 1 }
        }
        #expect(promoted <= 4)
    }

    /// A gate that was written before users could choose is read.
    @Test func olderGatesAreRead() throws {
        var gate = PromotionGate()
        gate.add(candidate: 1, live: 0.5)
        let text = String(decoding: try JSONEncoder().encode(gate), as: UTF8.self)
        var object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        object["isDecidedByUsers"] = nil
        var settings = try #require(object["settings"] as? [String: Any])
        settings["interleaving"] = nil
        object["settings"] = settings
        let old = try JSONSerialization.data(withJSONObject: object)
        #expect(try JSONDecoder().decode(PromotionGate.self, from: old) == gate)
    }

    @Test func statesSurviveCoding() throws {
        var simulation = GateSimulation(effect: 0.05, seed: 8, stream: 0)
        var (gate, micro, watch) = (PromotionGate(), MicroUpdateGate(), RollbackGuard())
        for _ in 0..<3_000 {
            let (live, other) = simulation.next()
            gate.add(candidate: other, live: live)
            micro.add(learning: other, live: live)
            watch.add(live: other, good: live)
        }
        #expect(try roundTrip(gate) == gate)
        #expect(try roundTrip(micro) == micro)
        #expect(try roundTrip(watch) == watch)
    }
}

/// The interval that holds at all times.
@Suite("Confidence sequence")
struct ConfidenceSequenceTests {
    @Test func holdsTheMeanAtAllTimes() {
        var missed = 0
        for stream in 0..<200 {
            var simulation = GateSimulation(effect: 0.05, agreement: 0.5, seed: 9, stream: stream)
            var sequence = ConfidenceSequence()
            let truth = 0.05 * simulation.mean
            for event in 1...2_000 {
                let (first, second) = simulation.next()
                sequence.add(second - first)
                guard event & (event - 1) == 0 || event == 2_000 else { continue }
                if !sequence.interval(alpha: 0.1).contains(truth) {
                    missed += 1
                    break
                }
            }
        }
        #expect(missed <= 20)
    }

    @Test func narrowsWithEventsAndWithAgreement() {
        var widths: [Double] = []
        for (agreement, count) in [(0.5, 1_000), (0.5, 10_000), (0.9, 10_000)] {
            var simulation = GateSimulation(effect: 0, agreement: agreement, seed: 10, stream: 0)
            var sequence = ConfidenceSequence()
            for _ in 0..<count {
                let (first, second) = simulation.next()
                sequence.add(second - first)
            }
            let interval = sequence.interval(alpha: 0.05)
            #expect(interval.contains(sequence.mean))
            widths.append(interval.upperBound - interval.lowerBound)
        }
        #expect(widths[1] < widths[0] / 2)
        #expect(widths[2] < widths[1] / 1.5)
    }

    @Test func mirrorsTheSign() {
        var (plain, mirrored) = (ConfidenceSequence(), ConfidenceSequence())
        for number in [0.5, -0.25, 1, 0, -1, 0.125] {
            plain.add(number)
            mirrored.add(-number)
        }
        let (left, right) = (plain.interval(alpha: 0.05), mirrored.interval(alpha: 0.05))
        #expect(abs(left.lowerBound + right.upperBound) < 1e-12)
        #expect(abs(left.upperBound + right.lowerBound) < 1e-12)
        #expect(ConfidenceSequence().interval(alpha: 0.05) == -1...1)
    }

    @Test func capitalIsTheProductOfTheBets() {
        var test = BettingTest()
        let numbers = [0.5, -0.25, 1, 0, -1, 0.125]
        for number in numbers { test.add(number) }
        // The shares go from 0.02 to 0.5, each larger by the seventh root of 25.
        let shares = (0..<8).map { 0.02 * pow(25, Double($0) / 7) }
        let capital = shares.map { share in numbers.reduce(1) { $0 * (1 + share * $1) } }.reduce(0, +) / 8
        #expect(abs(test.logEvidenceAbove - log(capital)) < 1e-12)
        #expect(abs(shares[7] - 0.5) < 1e-12)
    }
}

/// The gate of micro-updates.
@Suite("Micro-update gate")
struct MicroUpdateGateTests {
    private func gate(effect: Double, events: Int, agreement: Double = 0.97) -> MicroUpdateGate {
        var simulation = GateSimulation(effect: effect, agreement: agreement, seed: 11, stream: 0)
        var gate = MicroUpdateGate()
        for _ in 0..<events {
            let (live, learning) = simulation.next()
            gate.add(learning: learning, live: live)
        }
        return gate
    }

    @Test func betterIsNotWorse() {
        let report = gate(effect: 0.1, events: 3_000).report()
        #expect(report.verdict == .notWorse)
        #expect(report.isOpen)
        #expect(report.figures["events"] == 2_000)
    }

    @Test func worseIsHeldBack() {
        let report = gate(effect: -0.2, events: 3_000).report()
        #expect(report.verdict == .worse)
        #expect(!report.isOpen)
    }

    @Test func isTrustedAtTheStartOnlyIfTheSettingsSaySo() {
        #expect(gate(effect: 0, events: 1).report().isOpen)
        var settings = MicroUpdateGate.Settings()
        settings.publishesUndecided = false
        #expect(!MicroUpdateGate(settings: settings).report().isOpen)
    }

    @Test func oldEventsLeaveTheWindow() {
        var gate = gate(effect: -0.5, events: 3_000)
        #expect(!gate.report().isOpen)
        for _ in 0..<2_000 { gate.add(learning: 0.5, live: 0.25) }
        #expect(gate.report().verdict == .notWorse)
        #expect(gate.report().figures["difference"] == 0.25)
        gate.reset()
        #expect(gate.report().figures["events"] == 0)
    }

    @Test func marginIsAShareOfTheLiveFigure() throws {
        var gate = MicroUpdateGate()
        for _ in 0..<500 { gate.add(learning: 0.495, live: 0.5) }
        let report = gate.report()
        #expect(abs(try #require(report.figures["margin"]) - 0.01) < 1e-6)
        #expect(report.verdict == .notWorse)
    }
}

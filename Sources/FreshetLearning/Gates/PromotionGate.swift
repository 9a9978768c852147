import FreshetCore
import FreshetExperiments

/// Decides whether a new version goes live: it must win against the live one on the same events, or, as long as no trained
/// version serves, not be worse by more than a margin.
///
/// The paired differences of reciprocal rank go into a ``BettingTest``, so looking after every event is allowed: a
/// candidate that is no better is promoted with a chance of at most ``Settings/falsePromotion``, ever. For a first version
/// the margin is given away first: the test is about the candidate's figure and `1 - margin` of the live one's. When its
/// events are over and the test has said nothing, it goes live if its mean is within the margin; the ``RollbackGuard``
/// stands behind that.
///
/// Where users choose between both in answers that they made together (``Interleaved``), that is evidence as well, and what
/// says something first decides. Each of the two has half of the chances of error then, so that they hold for both together.
public struct PromotionGate: Sendable, Equatable, Codable {
    /// The settings.
    public struct Settings: Sendable, Equatable, Codable {
        /// The chance that a candidate which is no better than the live version is promoted.
        public var falsePromotion = 0.02
        /// The chance that a candidate which is no worse is discarded for being worse.
        public var falseDiscard = 0.05
        /// The gain that is worth a new version, as a share of the live one's figure: a candidate whose interval lies
        /// below is discarded early.
        public var leastGain = 0.0
        /// How many events a verdict takes at least.
        public var minimumEvents = 1_000
        /// How many events a candidate has to win; without a verdict by then it is discarded.
        public var horizon = 30_000
        /// What is asked instead while no trained version serves.
        public var first = FirstVersion()
        /// How users choose between a candidate and the live version.
        public var interleaving = Interleaved()

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: `FreshetError` of kind `usage`.
        public func validate() throws {
            try SettingRange.check("falsePromotion", falsePromotion, in: 1e-9...0.5)
            try SettingRange.check("falseDiscard", falseDiscard, in: 1e-9...0.5)
            try SettingRange.check("leastGain", leastGain, in: 0...10)
            try SettingRange.check("minimumEvents", minimumEvents, in: 1...1_000_000_000)
            try SettingRange.check("horizon", horizon, in: minimumEvents...1_000_000_000)
            try SettingRange.check("first.margin", first.margin, in: 0...1)
            try SettingRange.check("first.minimumEvents", first.minimumEvents, in: 1...1_000_000_000)
            try SettingRange.check("first.horizon", first.horizon, in: first.minimumEvents...1_000_000_000)
            try SettingRange.check("interleaving.share", interleaving.share, in: 0...1)
            try SettingRange.check("interleaving.minimumAnswers", interleaving.minimumAnswers, in: 1...1_000_000_000)
            try SettingRange.check("interleaving.renewal", interleaving.renewal, in: 1...86_400)
        }
    }

    /// How users choose between a candidate and the live version: in answers that both make by turns (team draft).
    public struct Interleaved: Sendable, Equatable, Codable {
        /// The share of users who get such answers while a candidate competes; 0 for none.
        public var share = 0.0
        /// How many answers with a click a verdict takes at least.
        public var minimumAnswers = 200
        /// After how many seconds the candidate answers by what it has learned since.
        public var renewal = 600.0

        /// The defaults: nobody.
        public init() {}
    }

    /// What a first trained version is asked: not to be worse than what answers without one.
    public struct FirstVersion: Sendable, Equatable, Codable {
        /// By how much its mean reciprocal rank may be lower, as a share of the live one's.
        public var margin = 0.05
        /// How many events a verdict takes at least.
        public var minimumEvents = 300
        /// How many events it is judged on at most.
        public var horizon = 4_000

        /// The defaults.
        public init() {}
    }

    /// What a candidate has to show.
    public enum Standard: String, Sendable, Codable {
        /// It must win.
        case better
        /// It must not be worse by more than the margin of ``FirstVersion``.
        case notWorse = "not_worse"
    }

    /// What the gate says.
    public enum Verdict: String, Sendable, Codable {
        /// Not enough is known.
        case waiting
        /// The candidate is better.
        case better
        /// The candidate is not worse by more than the margin, which is enough for a first version.
        case notWorse = "not_worse"
        /// The candidate is worse, or not better by as much as wanted.
        case worse
        /// The candidate has not won within the horizon.
        case undecided
    }

    /// The settings it was created with.
    public let settings: Settings
    /// What the candidate has to show.
    public let standard: Standard
    /// What is known so far.
    public private(set) var evidence = PairedEvidence()
    /// What users chose; `nil` without answers that both made.
    public private(set) var preference: PreferenceEvidence?
    /// What the gate says; once it is not ``Verdict/waiting`` it stays.
    public private(set) var verdict = Verdict.waiting
    /// Whether users decided, rather than predictions.
    public private(set) var isDecidedByUsers = false

    /// Creates a gate for one candidate.
    public init(settings: Settings = Settings(), standard: Standard = .better) {
        self.settings = settings
        self.standard = standard
    }

    /// On how many events a verdict is there at the latest.
    public var horizon: Int { standard == .better ? settings.horizon : settings.first.horizon }

    /// Takes the reciprocal ranks of one event, in [0, 1].
    /// - Returns: the verdict.
    @discardableResult
    public mutating func add(candidate: Double, live: Double) -> Verdict {
        guard verdict == .waiting else { return verdict }
        evidence.add(candidate, baseline: live, margin: margin)
        guard evidence.count >= minimumEvents else { return verdict }
        if evidence.test.isAbove(alpha: part * settings.falsePromotion) {
            verdict = standard == .better ? .better : .notWorse
        } else if evidence.test.isBelow(alpha: part * settings.falseDiscard) || isHopeless {
            verdict = .worse
        } else if evidence.count >= horizon {
            verdict = standard == .notWorse && isWithinMargin ? .notWorse : .undecided
        }
        return verdict
    }

    /// Takes what users chose so far; counts where it is asked for, and not for a first version.
    /// - Returns: the verdict.
    @discardableResult
    public mutating func take(_ preference: PreferenceEvidence) -> Verdict {
        guard verdict == .waiting, standard == .better, settings.interleaving.share > 0 else { return verdict }
        self.preference = preference
        guard preference.answers >= settings.interleaving.minimumAnswers else { return verdict }
        if preference.preference > 0, preference.pValue <= part * settings.falsePromotion {
            (verdict, isDecidedByUsers) = (.better, true)
        } else if preference.preference < 0, preference.pValue <= part * settings.falseDiscard {
            (verdict, isDecidedByUsers) = (.worse, true)
        }
        return verdict
    }

    /// Says that no further events are to be had for now: a first version whose mean is within the margin goes live; any
    /// other candidate waits for more.
    public mutating func settle() {
        guard verdict == .waiting, standard == .notWorse, evidence.count >= minimumEvents, isWithinMargin else {
            return
        }
        verdict = .notWorse
    }

    /// The evidence by name, with the `margin` where one is given away.
    public var figures: [String: Double] {
        var figures = evidence.figures(alpha: settings.falsePromotion)
        if standard == .notWorse { figures["margin"] = margin * evidence.baselineMean }
        return preference.map { figures.merging($0.figures) { $1 } } ?? figures
    }

    /// The verdict in words.
    public var reason: String {
        switch verdict {
        case .better where isDecidedByUsers:
            "Users preferred the candidate in \(preference?.answers ?? 0) answers that both versions made together."
        case .worse where isDecidedByUsers:
            "Users preferred the live version in \(preference?.answers ?? 0) answers that both versions made together."
        case .waiting: "The candidate has neither won nor lost after \(evidence.count) events."
        case .better: "The candidate won on \(evidence.count) events that both had predicted."
        case .notWorse:
            "The first trained version is not worse than what answered before, on \(evidence.count) events that both had predicted."
        case .worse: "The candidate lost on \(evidence.count) events that both had predicted."
        case .undecided: "The candidate did not win within \(evidence.count) events."
        }
    }

    /// Each kind of evidence's part of the chances of error.
    private var part: Double { standard == .better && settings.interleaving.share > 0 ? 0.5 : 1 }
    private var margin: Double { standard == .better ? 0 : settings.first.margin }
    private var minimumEvents: Int { standard == .better ? settings.minimumEvents : settings.first.minimumEvents }
    private var isWithinMargin: Bool { evidence.sequence.mean >= -margin * evidence.baselineMean }

    /// Whether the gain that is wanted is out of the interval; looked at every 64 events, as it costs more.
    private var isHopeless: Bool {
        guard standard == .better, settings.leastGain > 0, evidence.count % 64 == 0 else { return false }
        return evidence.sequence.interval(alpha: settings.falseDiscard).upperBound
            < settings.leastGain * evidence.baselineMean
    }
}

extension PromotionGate.Settings {
    /// Reads settings; what is missing, as in an older checkpoint, has its default.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        falsePromotion = try container.decodeIfPresent(Double.self, forKey: .falsePromotion) ?? falsePromotion
        falseDiscard = try container.decodeIfPresent(Double.self, forKey: .falseDiscard) ?? falseDiscard
        leastGain = try container.decodeIfPresent(Double.self, forKey: .leastGain) ?? leastGain
        minimumEvents = try container.decodeIfPresent(Int.self, forKey: .minimumEvents) ?? minimumEvents
        horizon = try container.decodeIfPresent(Int.self, forKey: .horizon) ?? horizon
        first = try container.decodeIfPresent(PromotionGate.FirstVersion.self, forKey: .first) ?? first
        interleaving =
            try container.decodeIfPresent(PromotionGate.Interleaved.self, forKey: .interleaving) ?? interleaving
    }
}

extension PromotionGate {
    /// Reads a gate; in an older checkpoint users have not chosen.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            settings: try container.decode(Settings.self, forKey: .settings),
            standard: try container.decode(Standard.self, forKey: .standard)
        )
        evidence = try container.decode(PairedEvidence.self, forKey: .evidence)
        preference = try container.decodeIfPresent(PreferenceEvidence.self, forKey: .preference)
        verdict = try container.decode(Verdict.self, forKey: .verdict)
        isDecidedByUsers = try container.decodeIfPresent(Bool.self, forKey: .isDecidedByUsers) ?? false
    }
}
